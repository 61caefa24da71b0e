/** The values a program describes, starts, waits for and looks at workflows with. */
@NullMarked
package dev.dbos.workflow;

import org.jspecify.annotations.NullMarked;
