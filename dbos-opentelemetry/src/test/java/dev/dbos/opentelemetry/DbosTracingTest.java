package dev.dbos.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DbosTracingTest {
  private static final WorkflowDefinition<String, Integer> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, Integer.class);

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exported))
                  .build())
          .build();
  private final Tracer tracer = telemetry.getTracer("test");

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void aTraceOnSqliteLeadsFromTheCallerIntoTheBodies() {
    try (TempSqlite system = TempSqlite.create();
        TempSqlite shop = TempSqlite.create()) {
      traceLeadsIntoTheBodies(system.url(), shop.url());
    }
  }

  @Test
  void aTraceOnPostgresLeadsFromTheCallerIntoTheBodies() {
    TestPostgres server = TestPostgres.shared();
    traceLeadsIntoTheBodies(
        server.url(server.createDatabase()), server.url(server.createDatabase()));
  }

  private void traceLeadsIntoTheBodies(String systemUrl, String shopUrl) {
    try (JooqDatasource shop = JooqDatasource.builder(shopUrl).name("shop").build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(systemUrl)
                .applicationVersion("v7")
                .executorId("till-1")
                .listener(new DbosTracing(telemetry))
                .workflow(
                    CHECKOUT,
                    sku -> {
                      Workflow.callStepAsync("charge", this::charge).join();
                      return shop.callTransaction(
                          "take", tx -> tx.fetchSingle("select 5").get(0, Integer.class));
                    })
                .launch()) {
      Span request = tracer.spanBuilder("request").startSpan();
      try (Scope current = request.makeCurrent()) {
        assertThat(current).isNotNull();
        assertThat(dbos.start(CHECKOUT, "tea", StartOptions.id("order-1")).result()).isEqualTo(5);
      } finally {
        request.end();
      }

      SpanData workflow = span("checkout");
      assertThat(workflow.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
      assertThat(text(workflow, "dbos.operation.type")).isEqualTo("workflow");
      assertThat(text(workflow, "dbos.operation.workflow_id")).isEqualTo("order-1");
      assertThat(text(workflow, "dbos.application.version")).isEqualTo("v7");
      assertThat(text(workflow, "dbos.executor.id")).isEqualTo("till-1");
      SpanData step = span("charge");
      assertThat(step.getParentSpanId()).isEqualTo(workflow.getSpanId());
      assertThat(text(step, "dbos.operation.type")).isEqualTo("step");
      assertThat(span("card reader").getParentSpanId()).isEqualTo(step.getSpanId());
      SpanData transaction = span("take");
      assertThat(transaction.getParentSpanId()).isEqualTo(workflow.getSpanId());
      assertThat(text(transaction, "dbos.datasource.name")).isEqualTo("shop");
      assertThat(transaction.getAttributes().get(AttributeKey.longKey("dbos.step.id")))
          .isEqualTo(1);
      assertThat(transaction.getAttributes().get(AttributeKey.longKey("dbos.attempts")))
          .isEqualTo(1);
      assertThat(exported.getFinishedSpanItems())
          .extracting(SpanData::getTraceId)
          .containsOnly(request.getSpanContext().getTraceId());
      assertThat(Span.current()).isEqualTo(Span.getInvalid());
    }
  }

  private int charge() {
    tracer.spanBuilder("card reader").startSpan().end();
    return 1;
  }

  @Test
  void whatFailedSaysSo() {
    try (TempSqlite system = TempSqlite.create();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(system.url())
                .listener(new DbosTracing(telemetry))
                .workflow(
                    CHECKOUT,
                    sku ->
                        Workflow.callStep(
                            "charge",
                            () -> {
                              throw new IllegalStateException("card declined");
                            }))
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "tea")).isNotNull();

      assertThat(exported.getFinishedSpanItems())
          .hasSize(2)
          .allSatisfy(
              span -> {
                assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
                assertThat(span.getStatus().getDescription()).isEqualTo("card declined");
                assertThat(span.getEvents()).extracting("name").containsExactly("exception");
              });
    }
  }

  private SpanData span(String name) {
    return exported.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String text(SpanData span, String attribute) {
    return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(attribute)));
  }
}
