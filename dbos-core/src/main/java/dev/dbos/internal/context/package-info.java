/** The ambient workflow, step or transaction of a thread. */
@NullMarked
package dev.dbos.internal.context;

import org.jspecify.annotations.NullMarked;
