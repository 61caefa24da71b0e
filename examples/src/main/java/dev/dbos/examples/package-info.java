/** Programs that fit on a page. */
@NullMarked
package dev.dbos.examples;

import org.jspecify.annotations.NullMarked;
