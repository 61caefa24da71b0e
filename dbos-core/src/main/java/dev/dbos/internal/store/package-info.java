/** Reads and claims in the system tables, through the generated types; never commits. */
@NullMarked
package dev.dbos.internal.store;

import org.jspecify.annotations.NullMarked;
