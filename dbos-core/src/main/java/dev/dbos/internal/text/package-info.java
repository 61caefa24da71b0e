/** Words for people. */
@NullMarked
package dev.dbos.internal.text;

import org.jspecify.annotations.NullMarked;
