package dev.dbos.internal.migration;

import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables that only this library has, beside those it shares with other implementations. They
 * have no version: each is made where it is missing, also beside shared tables that are newer than
 * ours, and is never dropped by an upgrade.
 */
final class OwnTables {
  private static final Pattern RELATION =
      Pattern.compile("CREATE (?:UNIQUE )?(TABLE|INDEX) IF NOT EXISTS (java_\\w+)[ \n]");

  /** A table or index and the statement that makes it where it is missing. */
  private record Relation(String name, boolean isTable, String statement) {}

  /** Every table. */
  static final List<String> NAMES =
      relations("").stream().filter(Relation::isTable).map(Relation::name).toList();

  private final Dialect dialect;
  private final String schema;
  private final List<Relation> relations;

  private OwnTables(Dialect dialect, String schema, List<Relation> relations) {
    this.dialect = dialect;
    this.schema = schema;
    this.relations = relations;
  }

  /** Those in a schema of PostgreSQL or CockroachDB. */
  static OwnTables of(Dialect.Postgres dialect, SchemaName schema) {
    return new OwnTables(dialect, schema.name(), relations(schema.quoted() + "."));
  }

  /** Those in an SQLite file. */
  static OwnTables of(Dialect.Sqlite dialect) {
    return new OwnTables(dialect, "", relations(""));
  }

  /** The statements that make what is missing, to be run wherever the tables are at home. */
  List<String> ddl() {
    return relations.stream().map(Relation::statement).toList();
  }

  /** The statements of those there are not. */
  List<String> missing(Connection connection) throws SQLException {
    Set<String> existing = Set.copyOf(existing(connection));
    return relations.stream()
        .filter(relation -> !existing.contains(relation.name()))
        .map(Relation::statement)
        .toList();
  }

  private List<String> existing(Connection connection) throws SQLException {
    return switch (dialect) {
      case Dialect.Postgres postgres ->
          Statements.strings(
              connection,
              "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                  + " WHERE n.nspname = ? AND c.relname LIKE 'java%'",
              schema);
      case Dialect.Sqlite sqlite ->
          Statements.strings(connection, "SELECT name FROM sqlite_master WHERE name LIKE 'java%'");
    };
  }

  private static List<Relation> relations(String prefix) {
    List<String> plain = statements("");
    List<String> statements = statements(prefix);
    List<Relation> relations = new ArrayList<>();
    for (int i = 0; i < plain.size(); i++) {
      Matcher relation = RELATION.matcher(plain.get(i));
      if (!relation.lookingAt()) {
        throw new IllegalStateException("Not one relation of ours: " + plain.get(i));
      }
      relations.add(
          new Relation(relation.group(2), relation.group(1).equals("TABLE"), statements.get(i)));
    }
    return List.copyOf(relations);
  }

  private static List<String> statements(String prefix) {
    return SqlScript.load("own", "tables.sql", Map.of("schema.", prefix)).statements();
  }
}
