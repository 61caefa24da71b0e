/** What goes on inside: a listener for meters and traces, and how a runtime is doing. */
@NullMarked
package dev.dbos.observe;

import org.jspecify.annotations.NullMarked;
