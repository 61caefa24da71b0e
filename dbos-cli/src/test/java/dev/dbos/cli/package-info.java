@NullMarked
package dev.dbos.cli;

import org.jspecify.annotations.NullMarked;
