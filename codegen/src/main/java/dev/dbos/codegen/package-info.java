/**
 * Programs that generate jOOQ classes at build time, from migrations alone: each migrates a
 * throw-away database and reads the result, so that a build needs no database of its own.
 */
@NullMarked
package dev.dbos.codegen;

import org.jspecify.annotations.NullMarked;
