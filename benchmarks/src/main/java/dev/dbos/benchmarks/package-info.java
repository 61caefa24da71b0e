/** Workloads on this library and by hand, on one database in one run. */
@NullMarked
package dev.dbos.benchmarks;

import org.jspecify.annotations.NullMarked;
