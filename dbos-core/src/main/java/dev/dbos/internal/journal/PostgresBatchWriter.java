package dev.dbos.internal.journal;

import dev.dbos.internal.context.Standing;
import dev.dbos.internal.context.StartColumn;
import dev.dbos.internal.context.StartColumn.Extent;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.journal.PostgresBatchSql.Care;
import dev.dbos.internal.journal.PostgresBatchSql.Shape;
import dev.dbos.internal.journal.PostgresParameters.Rows;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.TransactionMode;
import dev.dbos.internal.sql.Transactions;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One text of up to three statements, each with arrays for its rows, in one exchange: sent without
 * a BEGIN they are one implicit transaction, so the batch also costs exactly one commit.
 *
 * <p>The statement for steps locks the rows of their workflows against a change of owner (FOR
 * SHARE) and inserts only for the run that owns them. So when it says that a row is new, every
 * later owner sees that row.
 */
final class PostgresBatchWriter implements BatchWriter {
  private final Database database;
  private final Supplier<PayloadLayout> layout;
  private final Map<PayloadLayout, PostgresBatchSql> texts = new EnumMap<>(PayloadLayout.class);

  PostgresBatchWriter(Database database, String schema, Supplier<PayloadLayout> layout) {
    this.database = database;
    this.layout = layout;
    for (PayloadLayout each : PayloadLayout.values()) {
      texts.put(each, new PostgresBatchSql(database.dialect(), schema, each));
    }
  }

  /** CockroachDB takes each statement of a text for a transaction, unless it is told of one. */
  @Override
  public void write(List<Checkpoint> batch) throws SQLException {
    try (Lease lease = database.lease(Access.WRITE)) {
      if (database.dialect() instanceof Dialect.Postgres postgres && postgres.isCockroach()) {
        Transactions.call(
            lease, TransactionMode.WRITE, connection -> send(connection, batch, Care.CHECKING));
      } else {
        sendExpecting(lease.connection(), batch);
      }
    }
  }

  /** What steps are written for is nearly always so; what it costs to find otherwise is rare. */
  private void sendExpecting(Connection connection, List<Checkpoint> batch) throws SQLException {
    try {
      send(connection, batch, Care.EXPECTING);
    } catch (SQLException failure) {
      switch (SqlFailure.of(failure)) {
        case UNIQUE_VIOLATION, NOT_NULL_VIOLATION -> send(connection, batch, Care.CHECKING);
        default -> throw failure;
      }
    }
  }

  private boolean send(Connection connection, List<Checkpoint> batch, Care care)
      throws SQLException {
    List<Checkpoint> starts = new ArrayList<>(batch.size());
    List<Checkpoint> steps = new ArrayList<>(batch.size());
    List<Checkpoint> finishes = new ArrayList<>(batch.size());
    for (Checkpoint checkpoint : batch) {
      addIf(checkpoint.start() != null, checkpoint, starts);
      addIf(checkpoint.step() != null, checkpoint, steps);
      addIf(checkpoint.finish() != null, checkpoint, finishes);
    }
    List<StartRow> startRows = rows(starts, Checkpoint::start);
    Extent extent = StartColumn.extentOf(startRows);
    Shape shape =
        new Shape(
            Rows.of(starts.size()), extent, Rows.of(steps.size()), care, Rows.of(finishes.size()));
    String text = Objects.requireNonNull(texts.get(layout.get())).of(shape);
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      Binder binder = new Binder(connection, statement);
      for (StartColumn column :
          starts.isEmpty() ? List.<StartColumn>of() : StartColumn.of(extent)) {
        binder.column(column.type(), startRows, column.value());
      }
      if (!steps.isEmpty()) {
        bindSteps(binder, rows(steps, Checkpoint::step), care);
      }
      if (!finishes.isEmpty()) {
        bindFinishes(binder, rows(finishes, Checkpoint::finish));
      }
      statement.execute();
      Results results = new Results(statement);
      if (!starts.isEmpty()) {
        readStarts(results.next(), starts);
      }
      if (!steps.isEmpty()) {
        readSteps(results.next(), steps);
      }
      if (!finishes.isEmpty()) {
        readFinishes(results.next(), finishes);
      }
      return true;
    }
  }

  private static void addIf(boolean wanted, Checkpoint checkpoint, List<Checkpoint> target) {
    if (wanted) {
      target.add(checkpoint);
    }
  }

  private static <W, R> List<R> rows(List<W> wholes, Function<W, @Nullable R> part) {
    List<R> rows = new ArrayList<>(wholes.size());
    for (W whole : wholes) {
      rows.add(Objects.requireNonNull(part.apply(whole)));
    }
    return rows;
  }

  private static void bindSteps(Binder binder, List<StepRow> rows, Care care) throws SQLException {
    if (care == Care.CHECKING) {
      binder.distinctTexts(rows, StepRow::workflowId);
    }
    binder.texts(rows, StepRow::workflowId);
    binder.texts(rows, StepRow::runToken);
    binder.integers(rows, row -> row.step().stepId());
    binder.texts(rows, row -> row.step().name());
    binder.texts(rows, row -> row.step().payload().outputText());
    binder.texts(rows, row -> row.step().payload().errorText());
    binder.texts(rows, row -> row.step().payload().format());
    binder.texts(rows, row -> row.step().childId());
    binder.longs(rows, row -> row.step().startedAtMillis());
    binder.longs(rows, row -> row.step().completedAtMillis());
    binder.texts(rows, StepRow::applicationName);
  }

  private static void bindFinishes(Binder binder, List<FinishRow> rows) throws SQLException {
    binder.texts(rows, FinishRow::workflowId);
    binder.texts(rows, FinishRow::runToken);
    binder.texts(rows, row -> row.state().name());
    binder.texts(rows, row -> output(row.outcome()));
    binder.texts(rows, row -> row.outcome().errorText());
    binder.longs(rows, FinishRow::completedAtMillis);
  }

  private static @Nullable String output(Payload outcome) {
    return outcome.outputText();
  }

  private static void readStarts(Result result, List<Checkpoint> starts) throws SQLException {
    if (result.rows() == null) {
      starts.getFirst().startInserted(result.count() == 1);
      return;
    }
    Set<String> tokens = new HashSet<>();
    Set<String> ids = new HashSet<>();
    while (result.rows().next()) {
      String token = result.rows().getString(1);
      if (token == null) {
        ids.add(result.rows().getString(2));
      } else {
        tokens.add(token);
      }
    }
    for (Checkpoint checkpoint : starts) {
      StartRow start = Objects.requireNonNull(checkpoint.start());
      checkpoint.startInserted(
          switch (start.placement()) {
            case StartRow.Assignment here -> tokens.contains(here.runToken());
            // Nobody's yet: of two with one id the first is new.
            case StartRow.Queued queued -> ids.remove(start.workflowId());
          });
    }
  }

  private static void readSteps(Result result, List<Checkpoint> steps) throws SQLException {
    if (result.rows() == null) {
      for (Checkpoint checkpoint : steps) {
        StepRow step = Objects.requireNonNull(checkpoint.step());
        checkpoint.stepInserted(true, new Standing(WorkflowState.PENDING.name(), step.runToken()));
      }
    } else {
      readCheckedSteps(result.rows(), steps);
    }
  }

  private static void readCheckedSteps(ResultSet rows, List<Checkpoint> steps) throws SQLException {
    record StepKey(String workflowId, int stepId) {}

    Map<String, Standing> standings = new HashMap<>();
    Set<StepKey> inserted = new HashSet<>();
    while (rows.next()) {
      String workflowId = rows.getString(1);
      standings.put(workflowId, new Standing(rows.getString(2), rows.getString(3)));
      int stepId = rows.getInt(4);
      if (!rows.wasNull()) {
        inserted.add(new StepKey(workflowId, stepId));
      }
    }
    for (Checkpoint checkpoint : steps) {
      StepRow step = Objects.requireNonNull(checkpoint.step());
      checkpoint.stepInserted(
          inserted.contains(new StepKey(step.workflowId(), step.step().stepId())),
          standings.get(step.workflowId()));
    }
  }

  private static void readFinishes(Result result, List<Checkpoint> finishes) throws SQLException {
    if (result.rows() == null) {
      finishes.getFirst().finished(result.count() == 1);
      return;
    }
    Set<String> written = texts(result.rows());
    for (Checkpoint checkpoint : finishes) {
      FinishRow finish = Objects.requireNonNull(checkpoint.finish());
      checkpoint.finished(written.contains(finish.workflowId()));
    }
  }

  private static Set<String> texts(ResultSet rows) throws SQLException {
    Set<String> texts = new HashSet<>();
    while (rows.next()) {
      texts.add(rows.getString(1));
    }
    return texts;
  }

  /** Sets one array parameter after the other. */
  private static final class Binder {
    private final Connection connection;
    private final PreparedStatement statement;
    private int index;

    Binder(Connection connection, PreparedStatement statement) {
      this.connection = connection;
      this.statement = statement;
    }

    <R> void texts(List<R> rows, Function<R, @Nullable String> column) throws SQLException {
      if (rows.size() == 1) {
        statement.setString(++index, column.apply(rows.getFirst()));
      } else {
        bind("text", values(rows, column, new String[rows.size()]));
      }
    }

    /** Each value once; a single value as it is, when there is one row. */
    <R> void distinctTexts(List<R> rows, Function<R, String> column) throws SQLException {
      if (rows.size() == 1) {
        statement.setString(++index, column.apply(rows.getFirst()));
      } else {
        Set<String> distinct = new LinkedHashSet<>();
        rows.forEach(row -> distinct.add(column.apply(row)));
        bind("text", distinct.toArray(String[]::new));
      }
    }

    /** A column of a type that starts have. */
    void column(String type, List<StartRow> rows, Function<StartRow, @Nullable Object> value)
        throws SQLException {
      if (rows.size() == 1) {
        // A null has its column's type, too: with another one the server prepares the text anew.
        int sqlType =
            switch (type) {
              case "int8" -> Types.BIGINT;
              case "int4" -> Types.INTEGER;
              case "bool" -> Types.BOOLEAN;
              default -> Types.VARCHAR;
            };
        statement.setObject(++index, value.apply(rows.getFirst()), sqlType);
      } else {
        @Nullable Object[] array =
            switch (type) {
              case "int8" -> new Long[rows.size()];
              case "int4" -> new Integer[rows.size()];
              case "bool" -> new Boolean[rows.size()];
              default -> new String[rows.size()];
            };
        for (int row = 0; row < array.length; row++) {
          array[row] = value.apply(rows.get(row));
        }
        bind(type, array);
      }
    }

    <R> void longs(List<R> rows, Function<R, @Nullable Long> column) throws SQLException {
      if (rows.size() == 1) {
        statement.setObject(++index, column.apply(rows.getFirst()), Types.BIGINT);
      } else {
        bind("int8", values(rows, column, new Long[rows.size()]));
      }
    }

    <R> void integers(List<R> rows, Function<R, Integer> column) throws SQLException {
      if (rows.size() == 1) {
        statement.setInt(++index, column.apply(rows.getFirst()));
      } else {
        bind("int4", values(rows, column, new Integer[rows.size()]));
      }
    }

    private static <R, V extends @Nullable Object> V[] values(
        List<R> rows, Function<R, V> column, V[] values) {
      for (int row = 0; row < values.length; row++) {
        values[row] = column.apply(rows.get(row));
      }
      return values;
    }

    private void bind(String type, @Nullable Object[] values) throws SQLException {
      statement.setArray(++index, connection.createArrayOf(type, values));
    }
  }

  /**
   * What a statement came to.
   *
   * @param rows what it returned, or null if it only counted
   * @param count how many rows it changed, if it only counted
   */
  private record Result(@Nullable ResultSet rows, int count) {}

  /** Walks over the results of the statements of one text. */
  private static final class Results {
    private final PreparedStatement statement;
    private boolean first = true;

    Results(PreparedStatement statement) {
      this.statement = statement;
    }

    Result next() throws SQLException {
      if (!first) {
        statement.getMoreResults();
      }
      first = false;
      return new Result(statement.getResultSet(), statement.getUpdateCount());
    }
  }
}
