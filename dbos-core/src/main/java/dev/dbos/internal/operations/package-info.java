/**
 * What can be done with the workflows of a system database, by a running engine and by a client
 * alike: wait for them, see them, talk to them, steer them.
 */
@NullMarked
package dev.dbos.internal.operations;

import org.jspecify.annotations.NullMarked;
