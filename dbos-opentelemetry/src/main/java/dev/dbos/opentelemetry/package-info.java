/** Spans of workflows, steps and transactions for OpenTelemetry. */
@NullMarked
package dev.dbos.opentelemetry;

import org.jspecify.annotations.NullMarked;
