/**
 * Breaks the library in every way a data centre does, and audits what is left.
 *
 * <p>Workers move money between banks in workflows; a driver kills and freezes them, cuts their
 * connections, restarts their database and gets in the way of their transactions. At the end every
 * workflow must have ended and the books must balance, by what the databases say and nothing else.
 */
@NullMarked
package dev.dbos.chaos;

import org.jspecify.annotations.NullMarked;
