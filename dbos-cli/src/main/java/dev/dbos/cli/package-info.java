/** The {@code dbos} command: looks after a system database from a terminal or a script. */
@NullMarked
package dev.dbos.cli;

import org.jspecify.annotations.NullMarked;
