/** What a shop returns from its steps: the trusted classes of these tests. */
@NullMarked
package dev.dbos.serialization.shop;

import org.jspecify.annotations.NullMarked;
