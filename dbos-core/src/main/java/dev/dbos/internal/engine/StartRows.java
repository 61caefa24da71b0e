package dev.dbos.internal.engine;

import dev.dbos.internal.context.Inheritance;
import dev.dbos.internal.context.Moments;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.journal.StartRow;
import dev.dbos.internal.journal.StartRow.Assignment;
import dev.dbos.internal.journal.StartRow.Terms;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StartOptions.Limit;
import dev.dbos.workflow.WorkflowDefinition;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of workflows that are to begin in this process. */
final class StartRows {
  private final EngineSettings settings;

  StartRows(EngineSettings settings) {
    this.settings = settings;
  }

  /** A row; {@code parent} is the run that starts the workflow, or null. */
  <I, O> StartRow of(
      WorkflowDefinition<I, O> definition,
      @Nullable I input,
      StartOptions options,
      @Nullable Run parent) {
    List<?> arguments =
        definition.inputType() == Void.class ? List.of() : Collections.singletonList(input);
    long now = settings.clock().millis();
    return new StartRow(
        options.id().orElseGet(() -> UUID.randomUUID().toString()),
        definition.name(),
        settings.codec().portable().encodeArguments(arguments),
        PortableJson.PORTABLE_JSON,
        new Assignment(
            settings.executorId(),
            settings.applicationVersion(),
            settings.applicationName(),
            UUID.randomUUID().toString()),
        terms(options, parent, now),
        now);
  }

  private Terms terms(StartOptions options, @Nullable Run parent, long now) {
    Inheritance inherited = parent == null ? Inheritance.NONE : parent.inheritance();
    Long timeout = options.limit() instanceof Limit.Timeout limit ? millis(limit) : null;
    Long deadline =
        switch (options.limit()) {
          case Limit.Inherited same -> inherited.deadlineMillis();
          case Limit.Unlimited none -> null;
          case Limit.Timeout limit -> now + millis(limit);
          case Limit.Deadline limit -> Moments.millis(limit.instant());
        };
    return new Terms(
        parent == null ? null : parent.workflowId(),
        timeout,
        new Inheritance(
            deadline,
            options.authenticatedUser().orElse(inherited.user()),
            options.assumedRole().orElse(inherited.assumedRole()),
            options.authenticatedUser().isPresent() ? roles(options) : inherited.roles()),
        options.attributes().map(settings.codec().limit()::require).orElse(null));
  }

  private static String roles(StartOptions options) {
    return PortableValues.JSON.encodeValue(options.authenticatedRoles());
  }

  private static long millis(Limit.Timeout limit) {
    return Moments.durationMillis(limit.duration());
  }
}
