/** Runs workflows and their steps, recovers what was interrupted, and waits for outcomes. */
@NullMarked
package dev.dbos.internal.engine;

import org.jspecify.annotations.NullMarked;
