package dev.dbos.internal.outbox;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.AtCommit;
import dev.dbos.internal.context.OutboxHost;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.operations.Enqueueing;
import dev.dbos.internal.operations.Letter;
import dev.dbos.internal.operations.StartRows;
import dev.dbos.internal.operations.StartRows.Call;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.store.EnqueueStore;
import dev.dbos.internal.store.EventStore;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.observe.OutboxBacklog;
import dev.dbos.serialization.Arguments;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.OutboxEntry;
import dev.dbos.workflow.OutboxEntry.Kind;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * What transactions of the datasources of a runtime or client ask of its system database. In that
 * database itself the rows are written on the transaction's connection; elsewhere an entry is
 * written into the outbox there, and a {@link Relay} delivers it.
 */
public final class Outboxes implements OutboxHost, AutoCloseable {
  private static final int MOST_SHOWN = 1_000;

  private final SystemAccess access;
  private final @Nullable String version;
  private final boolean polls;
  private final StartRows rows;
  private final List<DurableTransactions> registered;
  private final Map<DurableTransactions, Relay> relays = new ConcurrentHashMap<>();

  private Outboxes(
      SystemAccess access,
      @Nullable String version,
      boolean polls,
      List<DurableTransactions> datasources) {
    this.access = access;
    this.version = version;
    this.polls = polls;
    this.rows = new StartRows(access);
    this.registered = List.copyOf(datasources);
  }

  /**
   * Those of the datasources that a runtime knows. It looks into all outboxes, whoever has written
   * into them.
   *
   * @param version the version that runs what is started by its definition
   */
  public static Outboxes ofRuntime(
      SystemAccess access, String version, List<DurableTransactions> datasources) {
    Outboxes outboxes = new Outboxes(access, version, true, datasources);
    for (DurableTransactions datasource : datasources) {
      if (!outboxes.isHere(datasource)) {
        outboxes.relay(datasource);
      }
    }
    return outboxes;
  }

  /** Those of the datasources that a client knows. It delivers what it has written itself. */
  public static Outboxes ofClient(SystemAccess access, List<DurableTransactions> datasources) {
    return new Outboxes(access, null, false, datasources);
  }

  /** Becomes known to the datasources, and begins to deliver what is in their outboxes. */
  public void start() {
    for (DurableTransactions datasource : registered) {
      datasource.register(this);
    }
    relays.values().forEach(Relay::start);
  }

  /** Makes it known to a datasource in the system database itself that is opened later. */
  public void join(DurableTransactions datasource) {
    datasource.register(this);
  }

  /** How full the outboxes are, to be asked, by the names of the datasources. */
  public Map<String, Supplier<OutboxBacklog>> backlogs() {
    return relays.values().stream()
        .collect(Collectors.toMap(Relay::datasource, relay -> relay::backlog));
  }

  /** How full the outboxes were when they were looked at last. */
  public List<OutboxBacklog> lastSeen() {
    return relays.values().stream().map(Relay::lastSeen).toList();
  }

  /** The entries of a datasource that were set aside, in their order. */
  public List<OutboxEntry> setAside(String datasource) {
    return named(datasource).file().setAside(MOST_SHOWN).stream()
        .map(
            entry ->
                new OutboxEntry(
                    datasource,
                    entry.entry().id(),
                    kind(entry.entry().kind()),
                    entry.entry().workflowId(),
                    Instant.ofEpochMilli(entry.entry().createdAtMillis()),
                    Instant.ofEpochMilli(entry.failedAtMillis()),
                    String.valueOf(entry.reason())))
        .toList();
  }

  private static Kind kind(String stored) {
    return switch (stored) {
      case Parcel.Start.KIND -> Kind.START;
      case Parcel.Send.KIND -> Kind.SEND;
      case Parcel.Event.KIND -> Kind.SET_EVENT;
      default -> Kind.OTHER;
    };
  }

  /** Lets entries that were set aside wait again; how many there were. */
  public int retry(Collection<OutboxEntry> entries) {
    return each(
        entries,
        (relay, ids) -> {
          int retried = relay.file().retry(ids);
          relay.signal();
          return retried;
        });
  }

  /** Deletes entries that were set aside; how many there were. */
  public int discard(Collection<OutboxEntry> entries) {
    return each(entries, (relay, ids) -> relay.file().discard(ids));
  }

  private int each(Collection<OutboxEntry> entries, ToIntBiFunction<Relay, List<String>> change) {
    Map<Relay, List<String>> idsByRelay =
        entries.stream()
            .collect(
                Collectors.groupingBy(
                    entry -> named(entry.datasource()),
                    Collectors.mapping(OutboxEntry::id, Collectors.toList())));
    return idsByRelay.entrySet().stream()
        .mapToInt(some -> change.applyAsInt(some.getKey(), some.getValue()))
        .sum();
  }

  private Relay named(String datasource) {
    return registered.stream()
        .filter(known -> known.name().equals(datasource) && !isHere(known))
        .findFirst()
        .map(this::relay)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No registered datasource with an outbox is named " + datasource + "."));
  }

  @Override
  public Destination destination() {
    return new Destination(
        access.systemDatabase().database().identity(),
        access.systemDatabase().schema(),
        access.applicationName());
  }

  private Relay relay(DurableTransactions datasource) {
    return relays.computeIfAbsent(datasource, known -> new Relay(known, access, polls));
  }

  private boolean isHere(DurableTransactions datasource) {
    return datasource.database().identity().equals(access.systemDatabase().database().identity());
  }

  /** Starts a workflow, by the version of the runtime. */
  public <I, O> WorkflowHandle<O> start(
      Ambient.InTransaction transaction,
      WorkflowDefinition<I, O> definition,
      @Nullable I input,
      StartOptions options) {
    return start(
        transaction, Call.of(definition, input), options, version, definition.outputType());
  }

  /** Starts a workflow that is known by its name only. */
  public WorkflowHandle<@Nullable Object> enqueue(
      Ambient.InTransaction transaction,
      String workflowName,
      Arguments arguments,
      StartOptions options) {
    return start(transaction, Call.of(workflowName, arguments), options, null, Object.class);
  }

  private <O> WorkflowHandle<O> start(
      Ambient.InTransaction transaction,
      Call call,
      StartOptions options,
      @Nullable String itsVersion,
      Type outputType) {
    WorkflowScope scope = scope(transaction);
    StartRow row = rows.queued(call, options, itsVersion, scope);
    boolean sharing = Enqueueing.sharing(options);
    DurableTransactions datasource = datasource(transaction);
    if (isHere(datasource)) {
      String id =
          here(
              transaction,
              dsl ->
                  Enqueueing.idOf(row, EnqueueStore.insert(dsl, List.of(row)).getFirst(), sharing));
      pending(transaction).news().started(row);
      return new StoredHandle<>(access, id, outputType);
    }
    Relay relay = write(transaction, Parcel.Start.of(row, sharing));
    return new StoredHandle<>(
        access, row.workflowId(), outputType, relay.arrival(row.workflowId()));
  }

  /** A handle on a workflow that a transaction of {@code datasource} has started. */
  public <O> WorkflowHandle<O> handle(
      DurableTransactions datasource, WorkflowDefinition<?, O> definition, String workflowId) {
    return isHere(datasource)
        ? new StoredHandle<>(access, workflowId, definition.outputType())
        : new StoredHandle<>(
            access, workflowId, definition.outputType(), relay(datasource).arrival(workflowId));
  }

  /** Sends a message. */
  public void send(Ambient.InTransaction transaction, Message message) {
    Letter letter = Letter.of(access.codec(), message, access.times().sent().next(1));
    if (isHere(datasource(transaction))) {
      var sent = here(transaction, dsl -> Letter.deliver(dsl, List.of(letter), true).orThrow());
      pending(transaction).news().sent(sent);
    } else {
      write(transaction, Parcel.Send.of(letter));
    }
  }

  /** Publishes a value of the workflow whose transaction this is. */
  public void setEvent(Ambient.InTransaction transaction, String key, @Nullable Object value) {
    if (!(transaction.outer() instanceof Ambient.InStep step)) {
      throw new IllegalStateException(
          "Outbox.setEvent publishes a value of the workflow whose transaction this is, and"
              + " transaction \""
              + transaction.transactionName()
              + "\" belongs to none. Send a message instead.");
    }
    Payload payload = access.codec().portableOutput(value);
    WorkflowScope scope = step.scope();
    if (isHere(datasource(transaction))) {
      Named event = new Named(scope.workflowId(), key);
      here(
          transaction,
          dsl -> {
            EventStore.set(dsl, scope.workflowId(), step.stepId(), key, payload);
            return event;
          });
      pending(transaction).news().set(event);
    } else {
      write(
          transaction,
          new Parcel.Event(
              scope.workflowId(),
              scope.incarnation(),
              step.stepId(),
              key,
              payload.outputText(),
              payload.format()));
    }
  }

  private static @Nullable WorkflowScope scope(Ambient.InTransaction transaction) {
    return transaction.outer() instanceof Ambient.InStep step ? step.scope() : null;
  }

  private static DurableTransactions datasource(Ambient.InTransaction transaction) {
    return (DurableTransactions) transaction.owner();
  }

  private Pending pending(Ambient.InTransaction transaction) {
    AtCommit atCommit = Objects.requireNonNull(transaction.atCommit(), "it was checked before");
    return atCommit.part(Pending.class, () -> new Pending(access, rowsOf(datasource(transaction))));
  }

  private static OutboxRows rowsOf(DurableTransactions datasource) {
    return new OutboxRows(datasource.database().dialect(), datasource.schema());
  }

  /** Writes into system tables that are in the transaction's own database. */
  private <R> R here(Ambient.InTransaction transaction, Function<DSLContext, R> statements) {
    try {
      return statements.apply(access.systemDatabase().within(transaction.connection()));
    } catch (SQLException failure) {
      throw new DataAccessException("The system tables could not be asked for", failure);
    } catch (RuntimeException failure) {
      throw explained(
          failure, transaction, "the system tables in schema " + access.systemDatabase().schema());
    }
  }

  /** Writes an entry for what is elsewhere. */
  private Relay write(Ambient.InTransaction transaction, Parcel parcel) {
    DurableTransactions datasource = datasource(transaction);
    if (!registered.contains(datasource)) {
      throw new ConfigurationException(
          "Transaction \""
              + transaction.transactionName()
              + "\" asks something of a system database that is not its own, and nobody would"
              + " deliver it: datasource "
              + datasource.name()
              + " is not registered. Add .datasource(...) to the builder before launch().",
          null);
    }
    if (access.applicationName() == null) {
      throw new ConfigurationException(
          "Transaction \""
              + transaction.transactionName()
              + "\" asks something of a system database that is not its own, on behalf of no"
              + " application in particular. Build the client with applicationName(...), so that the"
              + " processes of that application can deliver it.",
          null);
    }
    Connection connection = transaction.connection();
    Entry entry =
        new Entry(
            UUID.randomUUID().toString(),
            parcel.kind(),
            parcel.workflowId(),
            parcel.orderKey(),
            parcel.encode(),
            access.clock().millis());
    try {
      datasource.outboxTable().require(connection);
      rowsOf(datasource).insert(connection, access.applicationName(), entry);
    } catch (SQLException failure) {
      throw new DataAccessException("The outbox could not be asked for", failure);
    } catch (RuntimeException failure) {
      throw explained(
          failure, transaction, "the table datasource_outbox in schema " + datasource.schema());
    }
    Relay relay = relay(datasource);
    pending(transaction).entry(entry, relay);
    return relay;
  }

  private static RuntimeException explained(
      RuntimeException failure, Ambient.InTransaction transaction, String what) {
    if (SqlFailure.of(failure) != SqlFailure.INSUFFICIENT_PRIVILEGE
        || failure instanceof SchemaException) {
      return failure;
    }
    return new SchemaException(
        "The role of datasource "
            + transaction.datasourceName()
            + " may not write "
            + what
            + ", which is part of transaction \""
            + transaction.transactionName()
            + "\". Have an owner run what SchemaDdl.grants says for it.",
        transaction.datasourceName(),
        failure);
  }

  /** Delivers nothing more. */
  public void stop() {
    relays.values().forEach(Relay::stop);
  }

  @Override
  public void close() {
    stop();
    registered.forEach(datasource -> datasource.unregister(this));
    relays.values().forEach(Relay::close);
  }
}
