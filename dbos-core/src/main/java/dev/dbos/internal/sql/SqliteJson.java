package dev.dbos.internal.sql;

import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's containment of JSON, for SQLite: each key of an object is there with what its value
 * contains, each element of an array is contained in some element of the other, and anything else
 * is equal.
 */
final class SqliteJson {
  private int aliases;

  private SqliteJson() {}

  /** Whether the text, which may be no JSON at all, contains the object. */
  static Condition contains(Field<?> text, Map<?, ?> object) {
    Field<String> document = text.coerce(SQLDataType.CLOB);
    Field<String> valid =
        when(condition("json_valid({0})", document), document).otherwise(inline("{}"));
    return new SqliteJson().object(valid, object);
  }

  private Condition object(Field<String> document, Map<?, ?> object) {
    Condition all = noCondition();
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      Element element = new Element("json_" + ++aliases);
      all =
          all.andExists(
              selectOne()
                  .from(element.of(document))
                  .where(element.key().eq(val(String.valueOf(entry.getKey()))))
                  .and(matches(element, entry.getValue())));
    }
    return all;
  }

  private Condition array(Field<String> document, List<?> array) {
    Condition all = noCondition();
    for (Object wanted : array) {
      Element element = new Element("json_" + ++aliases);
      all = all.andExists(selectOne().from(element.of(document)).where(matches(element, wanted)));
    }
    return all;
  }

  private Condition matches(Element element, @Nullable Object wanted) {
    return switch (wanted) {
      case null -> element.type().eq(inline("null"));
      case Boolean truth -> element.type().eq(inline(truth.toString()));
      case String text -> element.type().eq(inline("text")).and(element.value().eq(val(text)));
      case Map<?, ?> object ->
          element.type().eq(inline("object")).and(object(element.value(), object));
      case List<?> array -> element.type().eq(inline("array")).and(array(element.value(), array));
      case Number number ->
          element
              .type()
              .in(inline("integer"), inline("real"))
              .and(element.value().coerce(SQLDataType.DOUBLE).eq(val(number.doubleValue())));
      default -> throw new IllegalArgumentException("No JSON value: " + wanted.getClass());
    };
  }

  /** A row of {@code json_each}. */
  private record Element(String alias) {
    Table<?> of(Field<String> document) {
      return table("json_each({0})", document).as(name(alias));
    }

    Field<String> key() {
      return field(name(alias, "key"), SQLDataType.CLOB);
    }

    Field<String> type() {
      return field(name(alias, "type"), SQLDataType.CLOB);
    }

    Field<String> value() {
      return field(name(alias, "value"), SQLDataType.CLOB);
    }
  }
}
