/** The checkpoint journal: what running workflows write, many workflows to one commit. */
@NullMarked
package dev.dbos.internal.journal;

import org.jspecify.annotations.NullMarked;
