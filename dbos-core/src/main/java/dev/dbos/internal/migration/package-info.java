/**
 * Brings the tables this library keeps in a database to the shape it needs: the system tables,
 * whose layout and version numbers are shared with the implementations in other languages, and the
 * table of step outputs beside an application's own tables.
 */
@NullMarked
package dev.dbos.internal.migration;

import org.jspecify.annotations.NullMarked;
