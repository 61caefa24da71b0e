package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dbos.DBOS;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.WorkflowCursor;
import dev.dbos.workflow.WorkflowPage;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PagingTest {
  private static DBOS shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .launch();
  }

  private static void insert(Site site, String id, long createdAt) {
    ForeignRow.of(id).set("created_at", createdAt).insertInto(SystemRows.of(site));
  }

  private static List<String> ids(WorkflowPage page) {
    return page.workflows().stream().map(WorkflowStatus::id).toList();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void pagesShowEachWorkflowOnceAlsoThoseOfTheSameMillisecond(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      List<String> inserted = IntStream.range(0, 7).mapToObj(number -> "order-" + number).toList();
      inserted.forEach(id -> insert(site, id, id.compareTo("order-3") < 0 ? 1_000 : 2_000));

      assertThat(walk(dbos, WorkflowQuery.all().withLimit(2))).isEqualTo(inserted);
      assertThat(walk(dbos, WorkflowQuery.all().withLimit(2).newestFirst()))
          .isEqualTo(inserted.reversed());
      assertThat(walk(dbos, WorkflowQuery.all().withLimit(7))).isEqualTo(inserted);
    }
  }

  private static List<String> walk(DBOS dbos, WorkflowQuery query) {
    List<String> seen = new ArrayList<>();
    Optional<WorkflowQuery> next = Optional.of(query);
    while (next.isPresent()) {
      WorkflowPage page = dbos.page(next.get());
      assertThat(page.workflows()).hasSizeBetween(1, query.limit());
      seen.addAll(ids(page));
      next = page.next();
    }
    return seen;
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsStartedOrDeletedMeanwhileMovesNothingOntoAnotherPage(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      List.of("b", "d", "f", "h").forEach(id -> insert(site, id, id.charAt(0) * 10L));
      WorkflowPage first = dbos.page(WorkflowQuery.all().withLimit(2).newestFirst());
      assertThat(ids(first)).containsExactly("h", "f");

      insert(site, "z", 'z' * 10L);
      insert(site, "c", 'c' * 10L);
      SystemRows.of(site).change("DELETE FROM workflow_status WHERE workflow_uuid = 'f'");

      WorkflowPage second = dbos.page(first.next().orElseThrow());
      assertThat(ids(second)).containsExactly("d", "c");
      assertThat(ids(dbos.page(second.next().orElseThrow()))).containsExactly("b");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCursorCanBeCarriedAsText(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      insert(site, "order:1", 1_000);
      insert(site, "order:2", 1_000);

      String text = dbos.status("order:1").orElseThrow().cursor().text();

      assertThat(text).isEqualTo("1000:order:1");
      assertThat(dbos.list(WorkflowQuery.all().after(WorkflowCursor.of(text))))
          .extracting(WorkflowStatus::id)
          .containsExactly("order:2");
    }
  }

  @Test
  void whatIsNoCursorIsRefused() {
    for (String text : List.of("", "order-1", ":order-1", "noon:order-1")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WorkflowCursor.of(text))
          .withMessage(
              "\""
                  + text
                  + "\" is no cursor of a listing. Use the text() of one that a listing returned.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aListingEndsAtAHundredUnlessMoreIsAskedFor(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      IntStream.range(0, 101).forEach(number -> insert(site, "order-" + number, number));

      assertThat(dbos.list(WorkflowQuery.all())).hasSize(100);
      assertThat(dbos.list(WorkflowQuery.all().withLimit(1_000))).hasSize(101);
      assertThat(dbos.count(WorkflowQuery.all())).isEqualTo(101);
      assertThat(dbos.page(WorkflowQuery.all()).next()).isPresent();
    }
  }
}
