/** One system database shared with implementations in other languages. */
@NullMarked
package dev.dbos.conformance.interop;

import org.jspecify.annotations.NullMarked;
