/** What every datasource on every database must do, through the public API. */
@NullMarked
package dev.dbos.conformance;

import org.jspecify.annotations.NullMarked;
