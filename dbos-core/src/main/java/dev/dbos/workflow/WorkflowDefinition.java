package dev.dbos.workflow;

import dev.dbos.internal.text.StoredName;
import dev.dbos.serialization.TypeRef;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A workflow's name and the types of its input and output: what a starter and the worker that runs
 * it agree on. The name is stored with every run, so it must not change while runs are under way.
 *
 * <p>Immutable and thread-safe; usually a constant.
 *
 * @param <I> the input; {@link Void} for none
 * @param <O> the output; {@link Void} for none
 */
public final class WorkflowDefinition<I extends @Nullable Object, O extends @Nullable Object> {
  private static final int DEFAULT_MAX_RECOVERY_ATTEMPTS = 100;

  private final String name;
  private final Type inputType;
  private final Type outputType;
  private final int maxRecoveryAttempts;

  private WorkflowDefinition(String name, Type inputType, Type outputType, int attempts) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A workflow needs a name that is not blank.");
    }
    this.name = StoredName.require("name of a workflow", name);
    this.inputType = Objects.requireNonNull(inputType, "inputType");
    this.outputType = Objects.requireNonNull(outputType, "outputType");
    this.maxRecoveryAttempts = attempts;
  }

  /** A workflow whose input and output are plain classes. */
  public static <I, O> WorkflowDefinition<I, O> of(String name, Class<I> input, Class<O> output) {
    return new WorkflowDefinition<>(name, input, output, DEFAULT_MAX_RECOVERY_ATTEMPTS);
  }

  /** A workflow with generic types, for example {@code new TypeRef<List<Order>>() {}}. */
  public static <I, O> WorkflowDefinition<I, O> of(
      String name, TypeRef<I> input, TypeRef<O> output) {
    return new WorkflowDefinition<>(
        name, input.type(), output.type(), DEFAULT_MAX_RECOVERY_ATTEMPTS);
  }

  /** A workflow with a plain input and a generic output. */
  public static <I, O> WorkflowDefinition<I, O> of(String name, Class<I> input, TypeRef<O> output) {
    return new WorkflowDefinition<>(name, input, output.type(), DEFAULT_MAX_RECOVERY_ATTEMPTS);
  }

  /** A workflow with a generic input and a plain output. */
  public static <I, O> WorkflowDefinition<I, O> of(String name, TypeRef<I> input, Class<O> output) {
    return new WorkflowDefinition<>(name, input.type(), output, DEFAULT_MAX_RECOVERY_ATTEMPTS);
  }

  /**
   * The same workflow, set aside as {@link WorkflowState#MAX_RECOVERY_ATTEMPTS_EXCEEDED} when it
   * has been recovered more than {@code attempts} times; default 100.
   *
   * @throws IllegalArgumentException when {@code attempts} is negative
   */
  public WorkflowDefinition<I, O> withMaxRecoveryAttempts(int attempts) {
    if (attempts < 0) {
      throw new IllegalArgumentException("maxRecoveryAttempts must not be negative: " + attempts);
    }
    return new WorkflowDefinition<>(name, inputType, outputType, attempts);
  }

  /** The name that is stored with every run. */
  public String name() {
    return name;
  }

  /** The declared type of the input. */
  public Type inputType() {
    return inputType;
  }

  /** The declared type of the output. */
  public Type outputType() {
    return outputType;
  }

  /** How often a run may be recovered. */
  public int maxRecoveryAttempts() {
    return maxRecoveryAttempts;
  }

  @Override
  public String toString() {
    return "workflow " + name;
  }
}
