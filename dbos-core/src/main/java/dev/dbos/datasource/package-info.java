/**
 * Where an application's data lives, and how its connections are pooled.
 *
 * <p>A {@link dev.dbos.datasource.DatabaseUrl} says which database is meant, in any of the forms
 * that people already have in their environment, and never shows a password; {@link
 * dev.dbos.datasource.PoolOptions} say how many connections to it are kept and for how long.
 */
@NullMarked
package dev.dbos.datasource;

import org.jspecify.annotations.NullMarked;
