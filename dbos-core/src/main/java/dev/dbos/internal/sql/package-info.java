/**
 * The ground everything else stands on: connections, transactions and what their failures mean.
 *
 * <p>{@link dev.dbos.internal.sql.Transactions} is the only place that begins, commits or rolls
 * back; {@link dev.dbos.internal.sql.SqlFailure} the only one that reads SQLSTATEs.
 */
@NullMarked
package dev.dbos.internal.sql;

import org.jspecify.annotations.NullMarked;
