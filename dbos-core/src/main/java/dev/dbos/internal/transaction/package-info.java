/** The durable transaction: user SQL and its recorded result in one commit, and what follows. */
@NullMarked
package dev.dbos.internal.transaction;

import org.jspecify.annotations.NullMarked;
