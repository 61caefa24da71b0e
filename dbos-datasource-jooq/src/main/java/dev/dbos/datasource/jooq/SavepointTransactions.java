package dev.dbos.datasource.jooq;

import org.jooq.Configuration;
import org.jooq.TransactionContext;
import org.jooq.TransactionProvider;
import org.jooq.impl.DSL;

/**
 * What {@code tx.transaction(...)} does inside a transaction of a datasource: a savepoint, by SQL,
 * since JDBC's savepoints and jOOQ's own transactions would switch autocommit.
 */
final class SavepointTransactions implements TransactionProvider {
  private int depth;

  @Override
  public void begin(TransactionContext context) {
    run(context.configuration(), "SAVEPOINT " + name(depth));
    depth++;
  }

  @Override
  public void commit(TransactionContext context) {
    depth--;
    run(context.configuration(), "RELEASE SAVEPOINT " + name(depth));
  }

  @Override
  public void rollback(TransactionContext context) {
    depth--;
    run(context.configuration(), "ROLLBACK TO SAVEPOINT " + name(depth));
    run(context.configuration(), "RELEASE SAVEPOINT " + name(depth));
  }

  private static String name(int level) {
    return "dbos_jooq_" + level;
  }

  private static void run(Configuration configuration, String sql) {
    DSL.using(configuration).execute(sql);
  }
}
