package dev.dbos.tables;

import static dev.dbos.tables.StepTable.STEPS;
import static dev.dbos.tables.WorkflowTable.WORKFLOWS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.internal.schema.Tables;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** The tables for reports stand on columns that the system tables have. */
class TableColumnsTest {
  /** Computed from columns that other fields show. */
  private static final Set<String> COMPUTED = Set.of("queueWait", "latency", "duration");

  @Test
  void everyFieldIsAColumnOfItsTable() throws Exception {
    assertColumns(WORKFLOWS, Tables.WORKFLOW_STATUS);
    assertColumns(STEPS, Tables.OPERATION_OUTPUTS);
  }

  private static void assertColumns(Object view, Table<?> table) throws Exception {
    List<Method> fields =
        Stream.of(view.getClass().getDeclaredMethods())
            .filter(method -> method.getReturnType() == Field.class)
            .filter(method -> !COMPUTED.contains(method.getName()))
            .toList();
    assertThat(fields).hasSizeGreaterThan(10);
    for (Method method : fields) {
      Field<?> field = (Field<?>) method.invoke(view);
      boolean stepState = view instanceof StepTable && method.getName().equals("state");
      if (!stepState) {
        assertThat(table.field(field.getName())).as(method.getName()).isNotNull();
      }
    }
  }

  @Test
  void theSchemaIsRenderedWhereThereAreAny() {
    Set<String> texts = new TreeSet<>();
    for (SQLDialect dialect : List.of(SQLDialect.SQLITE, SQLDialect.POSTGRES)) {
      texts.add(
          DSL.using(dialect)
              .render(DSL.selectOne().from(WORKFLOWS.in("acme").as("parents").table())));
    }

    assertThat(texts)
        .containsExactly(
            "select 1 as \"one\" from \"acme\".\"workflow_status\" as \"parents\"",
            "select 1 as `one` from `workflow_status` as `parents`");
  }
}
