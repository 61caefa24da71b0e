/** Looks after a system database from outside the application that uses it. */
@NullMarked
package dev.dbos.admin;

import org.jspecify.annotations.NullMarked;
