package dev.dbos.testing;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Knows which statement each message of one client makes the server execute.
 *
 * <p>In the extended protocol the text arrives once, with Parse; Bind ties it to a portal by the
 * statement's name, and Execute names the portal alone, so a driver that caches its prepared
 * statements sends the text of COMMIT only the first few times.
 */
final class ClientStatements {
  private static final Pattern READ_ONLY =
      Pattern.compile("\\bREAD ONLY\\b", Pattern.CASE_INSENSITIVE);

  private static final Pattern END =
      Pattern.compile("(?:^|;)\\s*(COMMIT|ROLLBACK|ABORT|END)\\b", Pattern.CASE_INSENSITIVE);

  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, String> portals = new HashMap<>();

  private boolean readOnly;

  /**
   * Takes notice of a message; returns the SQL if the message executes it. The end of a transaction
   * that was declared READ ONLY is not returned: with it nothing can be lost.
   */
  Optional<String> observe(WireMessage message) {
    Optional<String> sql = executed(message);
    if (sql.isEmpty()) {
      return sql;
    }
    boolean endsReading = readOnly && END.matcher(sql.get()).find();
    readOnly = !endsReading && (readOnly || READ_ONLY.matcher(sql.get()).find());
    return endsReading ? Optional.empty() : sql;
  }

  private Optional<String> executed(WireMessage message) {
    return switch (message.type()) {
      case 'Q' -> Optional.of(message.text(0));
      case 'P' -> {
        texts.put(message.text(0), message.text(message.after(0)));
        yield Optional.empty();
      }
      case 'B' -> {
        String statement = message.text(message.after(0));
        portals.put(message.text(0), texts.getOrDefault(statement, ""));
        yield Optional.empty();
      }
      case 'E' -> Optional.ofNullable(portals.get(message.text(0)));
      default -> Optional.empty();
    };
  }

  /** Whether the server answers with ReadyForQuery: to Query, Sync and FunctionCall. */
  static boolean endsRequest(WireMessage message) {
    return switch (message.type()) {
      case 'Q', 'S', 'F' -> true;
      default -> false;
    };
  }
}
