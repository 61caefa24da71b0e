package dev.dbos.opentelemetry;

import dev.dbos.observe.DbosListener;
import dev.dbos.observe.Ending;
import dev.dbos.observe.Observation;
import dev.dbos.observe.Operation;
import dev.dbos.observe.Vitals;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Traces what a runtime does: {@code DBOS.builder(...).listener(new DbosTracing(openTelemetry))}.
 *
 * <p>Each run of a workflow, each plain step and each transaction that is a step is a span, named
 * after it and current while its body runs, so that what the body calls becomes its child. The
 * parent of a workflow's span is whatever was current where it was started, on whichever thread it
 * then runs; a recovered run begins a trace of its own. What is replayed makes no span.
 *
 * <p>Attributes: {@code dbos.operation.type} (workflow, step, transaction), {@code
 * dbos.operation.name}, {@code dbos.operation.workflow_id}, {@code dbos.application.version},
 * {@code dbos.executor.id}, as other implementations name them; and {@code dbos.application.name},
 * {@code dbos.step.id}, {@code dbos.datasource.name}, {@code dbos.attempts}, {@code
 * dbos.recovered}. A span of an operation that failed has the status ERROR and the exception. One
 * that stopped without a result has the attribute {@code dbos.stopped}. Thread-safe.
 */
public final class DbosTracing implements DbosListener {
  private static final String SCOPE = "dev.dbos";
  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("dbos.operation.type");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("dbos.operation.name");
  private static final AttributeKey<String> WORKFLOW_ID =
      AttributeKey.stringKey("dbos.operation.workflow_id");
  private static final AttributeKey<String> VERSION =
      AttributeKey.stringKey("dbos.application.version");
  private static final AttributeKey<String> APPLICATION =
      AttributeKey.stringKey("dbos.application.name");
  private static final AttributeKey<String> EXECUTOR = AttributeKey.stringKey("dbos.executor.id");
  private static final AttributeKey<Long> STEP_ID = AttributeKey.longKey("dbos.step.id");
  private static final AttributeKey<String> DATASOURCE =
      AttributeKey.stringKey("dbos.datasource.name");
  private static final AttributeKey<Boolean> RECOVERED = AttributeKey.booleanKey("dbos.recovered");
  private static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("dbos.attempts");
  private static final AttributeKey<Boolean> STOPPED = AttributeKey.booleanKey("dbos.stopped");

  private final Tracer tracer;
  private volatile @Nullable Vitals runtime;

  /** Makes spans with a tracer of {@code openTelemetry}; one for each runtime. */
  public DbosTracing(OpenTelemetry openTelemetry) {
    this.tracer = openTelemetry.getTracer(SCOPE);
  }

  @Override
  public void launched(Vitals vitals) {
    runtime = vitals;
  }

  @Override
  public Observation asked(Operation operation) {
    return new TracedOperation(operation, Context.current());
  }

  private SpanBuilder builder(Operation operation, Context parent) {
    SpanBuilder builder =
        tracer
            .spanBuilder(operation.name())
            .setParent(parent)
            .setAttribute(NAME, operation.name())
            .setAttribute(WORKFLOW_ID, operation.workflowId());
    Vitals launched = runtime;
    if (launched != null) {
      builder
          .setAttribute(APPLICATION, launched.applicationName())
          .setAttribute(VERSION, launched.applicationVersion())
          .setAttribute(EXECUTOR, launched.executorId());
    }
    return switch (operation) {
      case Operation.Workflow workflow ->
          builder.setAttribute(TYPE, "workflow").setAttribute(RECOVERED, workflow.recovered());
      case Operation.Step step ->
          builder.setAttribute(TYPE, "step").setAttribute(STEP_ID, (long) step.stepId());
      case Operation.Transaction transaction ->
          builder
              .setAttribute(TYPE, "transaction")
              .setAttribute(STEP_ID, (long) transaction.stepId())
              .setAttribute(DATASOURCE, transaction.datasource());
    };
  }

  /** One operation; its span begins with its body, which may never be. */
  private final class TracedOperation implements Observation {
    private final Operation operation;
    private final Context parent;
    private volatile Span span = Span.getInvalid();

    private TracedOperation(Operation operation, Context parent) {
      this.operation = operation;
      this.parent = parent;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // closed with the scope that is returned
    public Scope begun() {
      span = builder(operation, parent).startSpan();
      io.opentelemetry.context.Scope current = parent.with(span).makeCurrent();
      return current::close;
    }

    @Override
    public void ended(Ending ending) {
      span.setAttribute(ATTEMPTS, (long) ending.attempts());
      switch (ending.outcome()) {
        case SUCCESS -> {}
        case ERROR -> {
          String message = ending.failure().map(Throwable::getMessage).orElse("");
          span.setStatus(StatusCode.ERROR, message == null ? "" : message);
          ending.failure().ifPresent(span::recordException);
        }
        case STOPPED -> span.setAttribute(STOPPED, true);
      }
      span.end();
    }
  }
}
