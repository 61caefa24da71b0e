/**
 * What can go wrong, one type for each thing a caller can do about it.
 *
 * <p>Every exception of this library is a {@link dev.dbos.error.DbosException}. Its message says
 * what happened, to which workflow, step or datasource, and what to do next; passwords never appear
 * in it. Exceptions that user code throws inside a workflow, step or transaction are never wrapped
 * in one of these on their way through {@code callStep} and {@code callTransaction}.
 */
@NullMarked
package dev.dbos.error;

import org.jspecify.annotations.NullMarked;
