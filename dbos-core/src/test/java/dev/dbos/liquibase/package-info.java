@NullMarked
package dev.dbos.liquibase;

import org.jspecify.annotations.NullMarked;
