package dev.dbos.benchmarks;

import dev.dbos.serialization.PortableJson;
import dev.dbos.serialization.TaggedJson;
import dev.dbos.serialization.Trust;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What it costs to write and read values: results of steps, which name their classes, and inputs
 * and outputs of workflows, which are plain; a number, a receipt, and an order of some 10 kB.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SerializationSpeed {
  private static final int LINES = 125;

  private final TaggedJson tagged =
      TaggedJson.trusting(Trust.of(Set.of("dev.dbos.benchmarks"), Set.of()));
  private final PortableJson plain = new PortableJson();
  private final Receipt receipt =
      new Receipt("receipt-1", new BigDecimal("19.90"), Instant.ofEpochSecond(1_750_000_000));
  private final Order order =
      new Order(
          receipt,
          IntStream.range(0, LINES)
              .mapToObj(i -> new Line("article " + i, i, new BigDecimal("9.95"), List.of("a", "b")))
              .toList());
  private final String taggedNumber = tagged.serialize(1);
  private final String taggedReceipt = tagged.serialize(receipt);
  private final String taggedOrder = tagged.serialize(order);
  private final String plainOrder = plain.encodeValue(order);

  /** A small value. */
  public record Receipt(String id, BigDecimal total, Instant at) {}

  /** A part of a larger one. */
  public record Line(String article, int number, BigDecimal price, List<String> tags) {}

  /** A larger value. */
  public record Order(Receipt receipt, List<Line> lines) {}

  /** Measures all of them. */
  static void run() throws RunnerException {
    new Runner(
            new OptionsBuilder().include(SerializationSpeed.class.getSimpleName() + "\\.").build())
        .run();
  }

  /** Writes a number as a step's result. */
  @Benchmark
  public String writeNumber() {
    return tagged.serialize(1);
  }

  /** Reads it. */
  @Benchmark
  public @Nullable Object readNumber() {
    return tagged.deserialize(taggedNumber);
  }

  /** Writes a receipt as a step's result. */
  @Benchmark
  public String writeReceipt() {
    return tagged.serialize(receipt);
  }

  /** Reads it. */
  @Benchmark
  public @Nullable Object readReceipt() {
    return tagged.deserialize(taggedReceipt);
  }

  /** Writes an order as a step's result. */
  @Benchmark
  public String writeOrder() {
    return tagged.serialize(order);
  }

  /** Reads it. */
  @Benchmark
  public @Nullable Object readOrder() {
    return tagged.deserialize(taggedOrder);
  }

  /** Writes an order as the output of a workflow. */
  @Benchmark
  public String writePlainOrder() {
    return plain.encodeValue(order);
  }

  /** Reads it. */
  @Benchmark
  public @Nullable Object readPlainOrder() {
    return plain.decodeValue(plainOrder, Order.class);
  }
}
