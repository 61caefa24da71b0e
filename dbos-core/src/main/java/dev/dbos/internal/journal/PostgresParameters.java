package dev.dbos.internal.journal;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.SQLDataType.CLOB;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** The parameters of a statement as a table "i": one row of them, or arrays side by side. */
final class PostgresParameters {
  private PostgresParameters() {}

  /** How many rows of a kind a text takes. */
  enum Rows {
    /** The kind is left out. */
    NONE,
    /** Parameters are values. */
    ONE,
    /** Parameters are arrays. */
    MANY;

    static Rows of(int count) {
      return count == 0 ? NONE : count == 1 ? ONE : MANY;
    }
  }

  /** The table; empty for no rows. */
  static Optional<Table<?>> table(Rows count, List<String> types, List<String> columns) {
    return switch (count) {
      case NONE -> Optional.empty();
      case ONE -> {
        List<String> values = new ArrayList<>();
        for (int column = 0; column < types.size(); column++) {
          values.add("?::" + types.get(column) + " AS \"" + columns.get(column) + "\"");
        }
        yield Optional.of(DSL.table("(SELECT " + String.join(", ", values) + ")").as("i"));
      }
      case MANY -> {
        // unnest of several arrays, which jOOQ has no type for. The first is hidden from the
        // planner,
        // who would plan anew for each short array, seeing how few rows there are.
        List<String> arrays = new ArrayList<>();
        for (String type : types) {
          arrays.add(arrays.isEmpty() ? "(SELECT ?::" + type + "[])" : "?::" + type + "[]");
        }
        yield Optional.of(
            DSL.table("unnest(" + String.join(", ", arrays) + ")")
                .as("i", columns.toArray(String[]::new)));
      }
    };
  }

  /** A column of it. */
  static Field<String> text(String column) {
    return field(name("i", column), CLOB);
  }

  /** A column of it. */
  static Field<Long> number(String column) {
    return field(name("i", column), SQLDataType.BIGINT);
  }
}
