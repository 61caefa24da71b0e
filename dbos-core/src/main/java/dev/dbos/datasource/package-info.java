/**
 * Datasources: databases in which an application runs transactions, and what can be set on them.
 */
@NullMarked
package dev.dbos.datasource;

import org.jspecify.annotations.NullMarked;
