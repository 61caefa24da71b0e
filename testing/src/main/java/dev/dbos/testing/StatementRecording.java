package dev.dbos.testing;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one database of a {@link TestPostgres} was asked to do while a piece of a test ran, from the
 * server's own log and write-ahead log: nothing that a driver, a pool or a library hides.
 *
 * @param statements every statement, in the order in which the server received them
 * @param writingTransactions the ids of the transactions whose commit went to the write-ahead log,
 *     in the order of the commits
 */
public record StatementRecording(List<LoggedStatement> statements, List<Long> writingTransactions) {
  /** Copies both lists. */
  public StatementRecording {
    statements = List.copyOf(statements);
    writingTransactions = List.copyOf(writingTransactions);
  }

  /**
   * The texts of the statements.
   *
   * @return one for each statement, in their order, BEGIN and COMMIT among them
   */
  public List<String> texts() {
    return statements.stream().map(LoggedStatement::text).toList();
  }

  /**
   * The part of this recording that one application did.
   *
   * @param applicationName the {@code application_name} its sessions carry
   * @return its statements, and the writing transactions that these belong to. A write in
   *     autocommit mode with the simple query protocol is missing among the latter: the server does
   *     not log its id.
   */
  public StatementRecording from(String applicationName) {
    Objects.requireNonNull(applicationName, "applicationName");
    List<LoggedStatement> own =
        statements.stream().filter(s -> s.applicationName().equals(applicationName)).toList();
    Set<Long> ids = own.stream().map(LoggedStatement::transactionId).collect(Collectors.toSet());
    return new StatementRecording(own, writingTransactions.stream().filter(ids::contains).toList());
  }

  /**
   * Counts the commits that made something durable.
   *
   * @return the commits that wrote a commit record
   */
  public int writingCommits() {
    return writingTransactions.size();
  }

  /**
   * Counts all commits, those of transactions that only read included.
   *
   * @return the explicit transactions whose COMMIT succeeded and the statements (in a pipeline: the
   *     groups of statements) that succeeded in autocommit mode
   */
  public int commits() {
    Map<String, List<LoggedStatement>> transactions =
        statements.stream()
            .filter(LoggedStatement::inTransaction)
            .collect(
                Collectors.groupingBy(
                    LoggedStatement::virtualTransaction,
                    LinkedHashMap::new,
                    Collectors.toUnmodifiableList()));
    return (int) transactions.values().stream().filter(StatementRecording::committed).count();
  }

  private static boolean committed(Collection<LoggedStatement> transaction) {
    if (transaction.stream().anyMatch(LoggedStatement::begins)) {
      return transaction.stream().anyMatch(s -> s.commits() && s.succeeded());
    }
    return transaction.stream().allMatch(LoggedStatement::succeeded);
  }
}
