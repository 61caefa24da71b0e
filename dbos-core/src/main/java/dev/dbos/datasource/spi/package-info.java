/** What the JDBC and jOOQ datasources are made of; exported to them only. */
@NullMarked
package dev.dbos.datasource.spi;

import org.jspecify.annotations.NullMarked;
