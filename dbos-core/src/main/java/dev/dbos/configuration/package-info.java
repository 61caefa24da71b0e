/** What a program is configured with outside its code: a file and the environment. */
@NullMarked
package dev.dbos.configuration;

import org.jspecify.annotations.NullMarked;
