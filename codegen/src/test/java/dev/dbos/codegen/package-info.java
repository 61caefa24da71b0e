@NullMarked
package dev.dbos.codegen;

import org.jspecify.annotations.NullMarked;
