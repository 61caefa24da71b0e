/**
 * Datasources: where an application's data lives and how its transactions become durable steps.
 *
 * <p>{@link dev.dbos.datasource.DatabaseUrl} reads connection URLs in every common spelling, {@link
 * dev.dbos.datasource.PoolOptions} sizes the pool behind one, and {@link
 * dev.dbos.datasource.Datasource} runs transactions on it.
 */
@NullMarked
package dev.dbos.datasource;

import org.jspecify.annotations.NullMarked;
