/** Meters of workflows, steps and transactions for Micrometer. */
@NullMarked
package dev.dbos.micrometer;

import org.jspecify.annotations.NullMarked;
