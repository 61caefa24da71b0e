package dev.dbos.internal.journal;

import dev.dbos.internal.context.Standing;
import dev.dbos.internal.journal.PostgresBatchSql.Starts;
import dev.dbos.internal.journal.StartRow.Terms;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.internal.sql.Lease;
import dev.dbos.serialization.Payload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
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
  private final PostgresBatchSql sql;

  PostgresBatchWriter(Database database, String schema) {
    this.database = database;
    this.sql = new PostgresBatchSql(database.dialect(), schema);
  }

  @Override
  public void write(List<Checkpoint> batch) throws SQLException {
    List<Checkpoint> starts = batch.stream().filter(c -> c.start() != null).toList();
    List<Checkpoint> steps = batch.stream().filter(c -> c.step() != null).toList();
    List<Checkpoint> finishes = batch.stream().filter(c -> c.finish() != null).toList();
    Starts kind = kindOf(starts);
    String text = sql.text(kind, !steps.isEmpty(), !finishes.isEmpty());
    try (Lease lease = database.lease(Access.WRITE);
        PreparedStatement statement = lease.connection().prepareStatement(text)) {
      Binder binder = new Binder(lease.connection(), statement);
      if (!starts.isEmpty()) {
        List<StartRow> rows =
            starts.stream().map(Checkpoint::start).map(Objects::requireNonNull).toList();
        bindStarts(binder, rows);
        if (kind == Starts.ON_TERMS) {
          bindTerms(binder, rows.stream().map(StartRow::terms).toList());
        }
      }
      if (!steps.isEmpty()) {
        bindSteps(
            binder, steps.stream().map(Checkpoint::step).map(Objects::requireNonNull).toList());
      }
      if (!finishes.isEmpty()) {
        bindFinishes(
            binder,
            finishes.stream().map(Checkpoint::finish).map(Objects::requireNonNull).toList());
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
    }
  }

  private static Starts kindOf(List<Checkpoint> starts) {
    if (starts.isEmpty()) {
      return Starts.NONE;
    }
    return starts.stream()
            .allMatch(checkpoint -> Objects.requireNonNull(checkpoint.start()).terms().isPlain())
        ? Starts.PLAIN
        : Starts.ON_TERMS;
  }

  private static void bindTerms(Binder binder, List<Terms> rows) throws SQLException {
    binder.longs(rows, Terms::timeoutMillis);
    binder.longs(rows, terms -> terms.own().deadlineMillis());
    binder.texts(rows, terms -> terms.own().user());
    binder.texts(rows, terms -> terms.own().assumedRole());
    binder.texts(rows, terms -> terms.own().roles());
    binder.json(rows, Terms::attributes);
  }

  private static void bindStarts(Binder binder, List<StartRow> rows) throws SQLException {
    binder.texts(rows, StartRow::workflowId);
    binder.texts(rows, StartRow::name);
    binder.texts(rows, StartRow::inputs);
    binder.texts(rows, StartRow::format);
    binder.texts(rows, row -> row.assignment().executorId());
    binder.texts(rows, row -> row.assignment().applicationVersion());
    binder.texts(rows, row -> row.assignment().applicationName());
    binder.texts(rows, row -> row.assignment().runToken());
    binder.texts(rows, row -> row.terms().parentId());
    binder.longs(rows, StartRow::createdAtMillis);
  }

  private static void bindSteps(Binder binder, List<StepRow> rows) throws SQLException {
    binder.texts(rows, StepRow::workflowId);
    binder.texts(rows, StepRow::workflowId);
    binder.texts(rows, StepRow::runToken);
    binder.texts(rows, StepRow::applicationName);
    binder.integers(rows, row -> row.step().stepId());
    binder.texts(rows, row -> row.step().name());
    binder.texts(rows, row -> row.step().payload().outputText());
    binder.texts(rows, row -> row.step().payload().errorText());
    binder.texts(rows, row -> row.step().payload().format());
    binder.texts(rows, row -> row.step().childId());
    binder.longs(rows, row -> row.step().startedAtMillis());
    binder.longs(rows, row -> row.step().completedAtMillis());
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

  private static void readStarts(ResultSet rows, List<Checkpoint> starts) throws SQLException {
    Set<String> inserted = new HashSet<>();
    while (rows.next()) {
      inserted.add(rows.getString(1));
    }
    for (Checkpoint checkpoint : starts) {
      StartRow start = Objects.requireNonNull(checkpoint.start());
      checkpoint.startInserted(inserted.contains(start.assignment().runToken()));
    }
  }

  private static void readSteps(ResultSet rows, List<Checkpoint> steps) throws SQLException {
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

  private static void readFinishes(ResultSet rows, List<Checkpoint> finishes) throws SQLException {
    Set<String> written = new HashSet<>();
    while (rows.next()) {
      written.add(rows.getString(1));
    }
    for (Checkpoint checkpoint : finishes) {
      FinishRow finish = Objects.requireNonNull(checkpoint.finish());
      checkpoint.finished(written.contains(finish.workflowId()));
    }
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
      bind("text", rows.stream().map(column).toArray(String[]::new));
    }

    <R> void json(List<R> rows, Function<R, @Nullable String> column) throws SQLException {
      bind("jsonb", rows.stream().map(column).toArray(String[]::new));
    }

    <R> void longs(List<R> rows, Function<R, @Nullable Long> column) throws SQLException {
      bind("int8", rows.stream().map(column).toArray(Long[]::new));
    }

    <R> void integers(List<R> rows, Function<R, Integer> column) throws SQLException {
      bind("int4", rows.stream().map(column).toArray(Integer[]::new));
    }

    private void bind(String type, Object[] values) throws SQLException {
      statement.setArray(++index, connection.createArrayOf(type, values));
    }
  }

  /** Walks over the results of the statements of one text. */
  private static final class Results {
    private final PreparedStatement statement;
    private boolean first = true;

    Results(PreparedStatement statement) {
      this.statement = statement;
    }

    ResultSet next() throws SQLException {
      if (!first) {
        statement.getMoreResults();
      }
      first = false;
      return Objects.requireNonNull(statement.getResultSet(), "a statement without a result");
    }
  }
}
