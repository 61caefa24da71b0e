package dev.dbos.benchmarks;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.workflow.WorkflowDefinition;
import java.util.Random;

/** This library with workflows of any number of plain steps, whose results have any size. */
final class GrowthWorkflows implements AutoCloseable {
  private static final int LETTERS = 26;
  private static final WorkflowDefinition<Shape, Integer> SHAPED =
      WorkflowDefinition.of("shaped", Shape.class, Integer.class);

  private final DBOS dbos;
  private final String text;

  /**
   * What a workflow is like. Public, since it is read from JSON.
   *
   * @param steps how many there are
   * @param characters how long the result of each is
   */
  public record Shape(int steps, int characters) {}

  /** Opens it; {@code most} is the longest result. */
  GrowthWorkflows(String url, int most) {
    StringBuilder letters = new StringBuilder();
    // Random letters, which no database compresses to nothing.
    new Random(1).ints(most, 'a', 'a' + LETTERS).forEach(letter -> letters.append((char) letter));
    this.text = letters.toString();
    this.dbos =
        DBOS.builder("growth")
            .executorId("growth")
            .systemDatabaseUrl(url)
            .workflow(SHAPED, this::run)
            .launch();
  }

  private int run(Shape shape) {
    String result = text.substring(0, shape.characters());
    for (int n = 0; n < shape.steps(); n++) {
      Workflow.callStep("item", () -> result);
    }
    return 1;
  }

  void run(int steps, int characters) {
    dbos.run(SHAPED, new Shape(steps, characters));
  }

  @Override
  public void close() {
    dbos.close();
  }
}
