/** How threads that wait for something in the system database get to know of it. */
@NullMarked
package dev.dbos.internal.watch;

import org.jspecify.annotations.NullMarked;
