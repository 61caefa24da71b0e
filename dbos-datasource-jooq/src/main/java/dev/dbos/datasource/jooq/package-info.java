/** A durable datasource whose transactions get a {@link org.jooq.DSLContext}. */
@NullMarked
package dev.dbos.datasource.jooq;

import org.jspecify.annotations.NullMarked;
