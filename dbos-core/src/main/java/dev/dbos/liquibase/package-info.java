/**
 * Application migrations by Liquibase. Needs {@code org.liquibase:liquibase-core} 4.33, which this
 * library does not bring along by itself.
 */
@NullMarked
package dev.dbos.liquibase;

import org.jspecify.annotations.NullMarked;
