package dev.dbos.internal.transaction;

import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.TransactionCallable;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.internal.context.OutboxHost;
import dev.dbos.internal.context.Place;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.migration.OutboxTable;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.TransactionMode;
import dev.dbos.internal.sql.Transactions;
import dev.dbos.observe.Operation;
import dev.dbos.serialization.Payload;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The transactions of one datasource, whatever they are called in. */
public final class DurableTransactions implements AutoCloseable {
  private final Database database;
  private final SessionOptions session;
  private final DatasourceOutcomes outputs;
  private final OutputCleaner cleaner;
  private final ConcurrentMap<String, SystemOutcomes> systemOutcomes = new ConcurrentHashMap<>();
  private final OutboxTable outboxTable;
  private final String schema;
  private final List<OutboxHost> hosts = new CopyOnWriteArrayList<>();

  /** Uses {@code database}, whose output table is in {@code schema}. */
  public DurableTransactions(Database database, SessionOptions session, String schema) {
    this.outboxTable = new OutboxTable(database, schema);
    this.schema = schema;
    this.database = database;
    this.session = session;
    this.outputs = new DatasourceOutcomes(database.dialect(), schema);
    this.cleaner = new OutputCleaner(database, outputs);
  }

  /** Runs {@code body} as the ambient of this thread asks for. */
  public <R extends @Nullable Object, X extends Exception> R call(
      String name, TransactionOptions options, TransactionCallable<Connection, R, X> body)
      throws X {
    return switch (Ambient.current()) {
      case Ambient.InTransaction outer -> nested(outer, name, body);
      case Ambient.InWorkflow workflow -> step(place(workflow.scope(), name), name, options, body);
      case Ambient.InStep step -> plain(step, name, options, body, step.scope()::pause);
      case null -> plain(null, name, options, body, DurableTransactions::park);
    };
  }

  /** Like {@link #call}, on a thread of its own. */
  public <R extends @Nullable Object, X extends Exception> CompletableFuture<R> callAsync(
      String name, TransactionOptions options, TransactionCallable<Connection, R, X> body) {
    return switch (Ambient.current()) {
      case Ambient.InTransaction outer ->
          throw new IllegalStateException(
              "callTransactionAsync was called inside transaction \""
                  + outer.transactionName()
                  + "\", which cannot be shared with another thread. Use callTransaction.");
      case Ambient.InWorkflow workflow -> {
        WorkflowScope scope = workflow.scope();
        Place place = place(scope, name);
        yield scope.async(() -> step(place, name, options, body));
      }
      case Ambient.InStep step ->
          step.scope().async(() -> plain(step, name, options, body, step.scope()::pause));
      case null -> onOwnThread(name, () -> call(name, options, body));
    };
  }

  private <R extends @Nullable Object> CompletableFuture<R> onOwnThread(
      String name, Ambient.Body<R, Exception> body) {
    CompletableFuture<R> future = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("dbos " + database.name() + " " + name)
        .start(
            () -> {
              try {
                future.complete(body.run());
              } catch (Throwable failure) {
                future.completeExceptionally(failure);
              }
            });
    return future;
  }

  private <R extends @Nullable Object, X extends Exception> R step(
      Place place,
      String name,
      TransactionOptions options,
      TransactionCallable<Connection, R, X> body)
      throws X {
    WorkflowScope scope = place.scope();
    Optional<Payload> recorded = scope.recorded(place.stepId(), name);
    if (recorded.isPresent()) {
      return scope.codec().<R, X>replay(recorded.get());
    }
    Ambient ambient = new Ambient.InStep(scope, name, place.stepId());
    TransactionCall<R, X> call = transaction(ambient, name, options, body);
    AttemptWatch watch = AttemptWatch.of(place, name, database.name());
    Retries retries = new Retries(database.name(), name, true, scope::pause, watch);
    if (options.readOnly()) {
      return place.observed().<R, X>around(() -> readOnly(place, call, retries));
    }
    Runnable whenDurable =
        scope.resumed()
            ? () -> {}
            : () ->
                cleaner.add(new OutputRow(scope.workflowId(), place.stepId(), scope.incarnation()));
    RecordedTransaction<R, X> transaction =
        new RecordedTransaction<>(call, place, tableFor(scope), retries);
    return place.observed().<R, X>around(() -> transaction.run(whenDurable));
  }

  private Place place(WorkflowScope scope, String name) {
    return Place.take(
        scope,
        stepId -> new Operation.Transaction(scope.workflowId(), name, stepId, database.name()));
  }

  /** By the identity of the database, at each call: one datasource may serve several runtimes. */
  private OutcomeTable tableFor(WorkflowScope scope) {
    WorkflowScope.SystemTables system = scope.systemTables();
    return system.database().equals(database.identity())
        ? systemOutcomes.computeIfAbsent(
            system.schema(), schema -> new SystemOutcomes(database.dialect(), schema))
        : outputs;
  }

  private <R extends @Nullable Object, X extends Exception> R readOnly(
      Place place, TransactionCall<R, X> call, Retries retries) throws X {
    WorkflowScope scope = place.scope();
    long startedAt = scope.clock().millis();
    Payload payload;
    @Nullable Throwable thrown = null;
    @Nullable R result = null;
    try {
      result = new PlainTransaction<>(call, retries, scope).run();
      payload = call.output(scope.codec(), result);
    } catch (Throwable failure) {
      RunStopped.unlessResult(failure, scope);
      thrown = failure;
      payload = scope.codec().error(failure);
    }
    StepRecord record =
        new StepRecord(
            place.stepId(), call.name(), payload, null, startedAt, scope.clock().millis());
    Payload counts = scope.record(record);
    if (!counts.equals(payload)) {
      return scope.codec().<R, X>replay(counts);
    }
    if (thrown != null) {
      throw StepCodec.<X>asIs(scope.codec().errors().settle(thrown));
    }
    return StepCodec.asDeclared(result);
  }

  private <R extends @Nullable Object, X extends Exception> R plain(
      @Nullable Ambient ambient,
      String name,
      TransactionOptions options,
      TransactionCallable<Connection, R, X> body,
      Consumer<Duration> pause)
      throws X {
    Retries retries = new Retries(database.name(), name, false, pause, AttemptWatch.NONE);
    return new PlainTransaction<>(transaction(ambient, name, options, body), retries, null).run();
  }

  private <R extends @Nullable Object, X extends Exception> TransactionCall<R, X> transaction(
      @Nullable Ambient ambient,
      String name,
      TransactionOptions options,
      TransactionCallable<Connection, R, X> body) {
    TransactionMode mode =
        new TransactionMode(options.isolation().orElse(session.isolation()), options.readOnly());
    return new TransactionCall<>(database, session, this, name, mode, ambient, body);
  }

  @SuppressWarnings("ReferenceEquality") // one owner for each datasource
  private <R extends @Nullable Object, X extends Exception> R nested(
      Ambient.InTransaction outer, String name, TransactionCallable<Connection, R, X> body)
      throws X {
    if (outer.owner() != this) {
      throw RecordedTransaction.acrossDatasources(
          database.name(), outer.datasourceName(), outer.transactionName());
    }
    String savepoint = "dbos_nested_" + outer.depth();
    Ambient inside =
        new Ambient.InTransaction(
            this,
            outer.datasourceName(),
            name,
            outer.connection(),
            outer.outer(),
            outer.atCommit(),
            outer.depth() + 1);
    try {
      Transactions.savepoint(outer.connection(), savepoint);
      R result = Ambient.<R, X>call(inside, () -> body.call(outer.connection()));
      Transactions.release(outer.connection(), savepoint);
      return result;
    } catch (Throwable failure) {
      undo(outer, savepoint, failure);
      throw StepCodec.<X>asIs(failure);
    }
  }

  private static void undo(Ambient.InTransaction outer, String savepoint, Throwable failure) {
    try {
      Transactions.rollbackTo(outer.connection(), savepoint);
    } catch (SQLException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  /** Waits without a workflow that could be stopped; at most a second at a time. */
  private static void park(Duration duration) {
    long deadline = System.nanoTime() + duration.toNanos();
    boolean interrupted = false;
    for (long left = duration.toNanos(); left > 0; left = deadline - System.nanoTime()) {
      LockSupport.parkNanos(DurableTransactions.class, left);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where it keeps what its transactions ask of a system database elsewhere. */
  public OutboxTable outboxTable() {
    return outboxTable;
  }

  /** The schema of its tables on PostgreSQL. */
  public String schema() {
    return schema;
  }

  /** Makes it known to a runtime or client, until that one closes. */
  public void register(OutboxHost host) {
    hosts.add(host);
  }

  /** Ends {@link #register}. */
  public void unregister(OutboxHost host) {
    hosts.remove(host);
  }

  /** Those it is known to. */
  public List<OutboxHost> hosts() {
    return hosts;
  }

  /** Where they run. */
  public Database database() {
    return database;
  }

  /** The datasource's name. */
  public String name() {
    return database.name();
  }

  /**
   * Rows of the output table that were written before {@code createdBeforeMillis}, after {@code
   * last} in the order of workflow and step.
   */
  public List<OutputRow> leftOver(OutputRow last, long createdBeforeMillis, int limit)
      throws SQLException {
    return database.read(
        connection -> outputs.leftOver(connection, last, createdBeforeMillis, limit));
  }

  /** Deletes rows that the system database holds. */
  public void delete(List<OutputRow> rows) {
    cleaner.delete(rows);
  }

  /**
   * Deletes the output rows of workflows that have been deleted themselves, or are about to be.
   *
   * @return whether nothing is left
   */
  public boolean forget(Collection<DeletedWorkflow> workflows) {
    return cleaner.forget(workflows);
  }

  /** Deletes the output rows that are done with, and stops. */
  @Override
  public void close() {
    cleaner.close();
  }
}
