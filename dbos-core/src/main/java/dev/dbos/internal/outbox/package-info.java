/** What transactions of datasources ask of a system database, and its way there. */
@NullMarked
package dev.dbos.internal.outbox;

import org.jspecify.annotations.NullMarked;
