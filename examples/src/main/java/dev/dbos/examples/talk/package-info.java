/** Workflows that wait for people: messages, events and streams. */
@NullMarked
package dev.dbos.examples.talk;

import org.jspecify.annotations.NullMarked;
