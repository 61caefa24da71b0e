package dev.dbos.internal.transaction;

import dev.dbos.internal.sql.Transactions;
import dev.dbos.internal.sql.Transactions.Standing;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection a transaction's body works on: everything but what would end the transaction
 * behind the library's back. It also remembers the first SQL error, since a body may swallow it and
 * the server then refuses everything else, and stops working when the transaction has ended.
 */
final class GuardedConnection implements InvocationHandler {
  private static final Logger SQL_LOG = LoggerFactory.getLogger("dev.dbos.sql");

  private final Connection target;
  private final String transaction;
  private final String datasource;
  private final boolean logStatements;
  private final StatementLimit limit;
  private final OpenStatements statements;
  private final Connection proxy;
  private @Nullable SQLException firstFailure;
  private boolean executedSomething;
  private boolean endedByStatement;
  private volatile boolean ended;

  GuardedConnection(
      Connection target,
      TransactionCall<?, ?> call,
      StatementLimit limit,
      OpenStatements statements) {
    this.target = target;
    this.datasource = call.database().name();
    this.transaction = call.name();
    this.logStatements = call.session().logStatements();
    this.limit = limit;
    this.statements = statements;
    this.proxy = proxy(Connection.class, this);
  }

  /** What the body gets. */
  Connection connection() {
    return proxy;
  }

  /** The first SQL error of the body, caught or not. */
  @Nullable SQLException firstFailure() {
    return firstFailure;
  }

  /** Whether the body ran any statement. */
  boolean executedSomething() {
    return executedSomething;
  }

  /**
   * Whether a statement of the body ended the transaction, where the driver can tell. The next
   * statement would begin another one, so this is seen only between the two.
   */
  boolean endedByStatement() {
    return endedByStatement;
  }

  /** From here on the body's connection is closed to it. */
  void end() {
    ended = true;
    statements.end();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself only
  public @Nullable Object invoke(
      Object self, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    return switch (method.getName()) {
      case "commit", "rollback", "close", "abort", "setAutoCommit" -> throw refused(method);
      case "setSavepoint", "releaseSavepoint", "setTransactionIsolation", "setReadOnly" ->
          throw refused(method);
      case "getAutoCommit" -> false;
      case "isClosed" -> ended || target.isClosed();
      case "createStatement", "prepareStatement", "prepareCall" -> statement(method, arguments);
      case "equals" -> arguments != null && self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> "connection of transaction " + transaction + " on " + datasource;
      default -> call(target, method, arguments);
    };
  }

  private UnsupportedOperationException refused(Method method) {
    String name = method.getName();
    String instead =
        switch (name) {
          case "setSavepoint", "releaseSavepoint" ->
              " Call callTransaction on the same datasource inside this one: it is a savepoint.";
          case "setTransactionIsolation", "setReadOnly" -> " Pass TransactionOptions instead.";
          default -> " It commits when the body returns and rolls back when the body throws.";
        };
    return new UnsupportedOperationException(
        "Connection."
            + name
            + " is not allowed inside transaction \""
            + transaction
            + "\" of datasource "
            + datasource
            + ", because its result is recorded in the same commit."
            + instead);
  }

  private Object statement(Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    Object statement = Objects.requireNonNull(call(target, method, arguments));
    String sql = arguments != null && arguments[0] instanceof String text ? text : null;
    statements.opened((Statement) statement);
    GuardedStatement handler = new GuardedStatement((Statement) statement, sql);
    return switch (statement) {
      case CallableStatement callable -> proxy(CallableStatement.class, handler);
      case PreparedStatement prepared -> proxy(PreparedStatement.class, handler);
      default -> proxy(Statement.class, handler);
    };
  }

  private @Nullable Object call(
      Object object, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    if (ended) {
      throw new IllegalStateException(
          "Transaction \""
              + transaction
              + "\" of datasource "
              + datasource
              + " has ended; its connection is valid only inside the body.");
    }
    try {
      return method.invoke(object, arguments);
    } catch (InvocationTargetException wrapped) {
      Throwable failure = wrapped.getCause();
      if (failure instanceof SQLException sql && firstFailure == null) {
        firstFailure = sql;
      }
      throw failure;
    }
  }

  @SuppressWarnings("unchecked") // a proxy made for the interface implements it
  private static <P> P proxy(Class<P> type, InvocationHandler handler) {
    return (P)
        Proxy.newProxyInstance(
            GuardedConnection.class.getClassLoader(), new Class<?>[] {type}, handler);
  }

  /** A statement that leads back to the guarded connection only. */
  private final class GuardedStatement implements InvocationHandler {
    private final Statement statement;
    private final @Nullable String sql;

    GuardedStatement(Statement statement, @Nullable String sql) {
      this.statement = statement;
      this.sql = sql;
    }

    @Override
    public @Nullable Object invoke(
        Object self, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      String name = method.getName();
      if (name.equals("getConnection")) {
        return proxy;
      }
      if (name.startsWith("execute")) {
        return executed(method, arguments);
      }
      return name.equals("close") ? closed() : call(statement, method, arguments);
    }

    private @Nullable Object executed(Method method, @Nullable Object @Nullable [] arguments)
        throws Throwable {
      statements.beforeExecution();
      executedSomething = true;
      limit.statementBegins();
      if (logStatements) {
        Object text = arguments != null && arguments[0] instanceof String given ? given : sql;
        SQL_LOG.info("{}, transaction \"{}\": {}", datasource, transaction, text);
      }
      try {
        return call(statement, method, arguments);
      } finally {
        noticeEnd();
      }
    }

    private void noticeEnd() {
      try {
        endedByStatement |= Transactions.standing(target) == Standing.NONE;
      } catch (SQLException broken) {
        // The connection is gone, which the statement's own failure says already.
      }
    }

    private @Nullable Object closed() throws SQLException {
      statement.close();
      statements.closed(statement);
      return null;
    }
  }
}
