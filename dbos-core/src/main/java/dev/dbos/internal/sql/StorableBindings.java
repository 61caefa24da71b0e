package dev.dbos.internal.sql;

import dev.dbos.internal.text.StoredName;
import java.util.Arrays;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Query;

/**
 * Refuses text that one database could hold and another could not, before it is sent: on PostgreSQL
 * a NUL fails in the middle of a transaction, on SQLite it would be stored.
 */
final class StorableBindings implements ExecuteListener {
  private static final long serialVersionUID = 1L;

  /**
   * Half characters are looked for only here: payloads have been escaped where they were written.
   */
  private static final int MOST_OF_A_NAME = 4_096;

  @Override
  public void prepareStart(ExecuteContext context) {
    Query query = context.query();
    if (query == null) {
      Arrays.stream(context.batchQueries()).forEach(StorableBindings::check);
    } else {
      check(query);
    }
  }

  private static void check(Query query) {
    for (Object value : query.getBindValues()) {
      if (value instanceof String text
          && (text.indexOf('\0') >= 0
              || (text.length() <= MOST_OF_A_NAME && StoredName.hasHalfCharacter(text)))) {
        StoredName.requireCharacters("text", text);
      }
    }
  }
}
