/** What workflows, steps and the runtime must do on every database, through the public API. */
@NullMarked
package dev.dbos.conformance.workflows;

import org.jspecify.annotations.NullMarked;
