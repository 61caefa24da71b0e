/** A durable datasource whose transactions get a {@link java.sql.Connection}. */
@NullMarked
package dev.dbos.datasource.jdbc;

import org.jspecify.annotations.NullMarked;
