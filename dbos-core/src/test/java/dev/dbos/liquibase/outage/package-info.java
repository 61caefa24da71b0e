@NullMarked
package dev.dbos.liquibase.outage;

import org.jspecify.annotations.NullMarked;
