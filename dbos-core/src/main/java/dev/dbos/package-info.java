/**
 * The way in: {@link dev.dbos.DBOS} runs workflows, {@link dev.dbos.Workflow} is what their bodies
 * call.
 */
@NullMarked
package dev.dbos;

import org.jspecify.annotations.NullMarked;
