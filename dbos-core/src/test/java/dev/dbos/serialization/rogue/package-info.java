/** Classes that the tests do not trust. */
@NullMarked
package dev.dbos.serialization.rogue;

import org.jspecify.annotations.NullMarked;
