package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A process that talks: one that is killed on its way, or one that does what it is told. */
final class TalkProgram {
  static final WorkflowDefinition<Void, String> ERRAND =
      WorkflowDefinition.of("errand", Void.class, String.class);
  static final WorkflowDefinition<String, String> TILL =
      WorkflowDefinition.of("till", String.class, String.class);
  static final WorkflowDefinition<String, String> DESK =
      WorkflowDefinition.of("desk", String.class, String.class);
  private static final Duration LONG = Duration.ofMinutes(5);

  private TalkProgram() {}

  /** What an errand has done. */
  enum Point {
    SENT,
    SENT_ALL,
    EVENT_SET,
    WRITTEN,
    STREAM_CLOSED,
    RECEIVED,
    EVENT_SEEN,
    FIRST_KNOWN,
    RESULT_KNOWN
  }

  static DbosBuilder shop(String systemUrl, Consumer<Point> reached) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(systemUrl)
        .workflow(ERRAND, none -> errand(reached))
        .workflow(
            TILL,
            name -> {
              Workflow.setEvent("open", name + " is open");
              return name + " closed";
            })
        .workflow(
            DESK,
            question -> {
              String answer = Workflow.receive(String.class, LONG).orElse("-");
              Workflow.setEvent("answer", answer);
              return question + " " + answer;
            });
  }

  private static String errand(Consumer<Point> reached) {
    Workflow.send("till", "one");
    reached.accept(Point.SENT);
    Workflow.sendAll(List.of(Message.to("till", "two"), Message.to("till", "three")));
    reached.accept(Point.SENT_ALL);
    Workflow.setEvent("status", "under way");
    reached.accept(Point.EVENT_SET);
    Workflow.writeStream("progress", "half");
    reached.accept(Point.WRITTEN);
    Workflow.closeStream("progress");
    reached.accept(Point.STREAM_CLOSED);
    String received = Workflow.receive(String.class, LONG).orElse("-");
    reached.accept(Point.RECEIVED);
    String seen = Workflow.getEvent("till", "open", String.class, LONG).orElse("-");
    reached.accept(Point.EVENT_SEEN);
    WorkflowHandle<String> child = Workflow.start(TILL, "child", StartOptions.id("child"));
    String first = Workflow.awaitFirst(List.of(child)).id();
    reached.accept(Point.FIRST_KNOWN);
    String result = child.result();
    reached.accept(Point.RESULT_KNOWN);
    return String.join(", ", received, seen, first, result);
  }

  /** Runs an errand up to a point, where it stays. */
  static ChildJvm errandUpTo(Point point, String systemUrl) {
    return ChildJvm.builder(TalkProgram.class).arguments("errand", systemUrl, point.name()).start();
  }

  /** Sends and starts what it is told by lines. */
  static ChildJvm office(String systemUrl) {
    return ChildJvm.builder(TalkProgram.class).arguments("office", systemUrl).start();
  }

  public static void main(String[] arguments) throws IOException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (arguments[0].equals("errand")) {
      errand(arguments[1], Point.valueOf(arguments[2]), input);
    } else {
      office(arguments[1], input);
    }
  }

  private static void errand(String systemUrl, Point stop, BufferedReader input) {
    CompletableFuture<Void> told = new CompletableFuture<>();
    Consumer<Point> reached =
        point -> {
          if (point == stop) {
            // Whoever hears of it may kill this process, and has to find the messages.
            told.join();
            System.out.println(point);
            readLine(input);
          }
        };
    try (DBOS dbos = shop(systemUrl, reached).launch()) {
      dbos.run(TILL, "till", StartOptions.id("till"));
      WorkflowHandle<String> errand = dbos.start(ERRAND, null, StartOptions.id("errand"));
      dbos.send("errand", "take milk");
      dbos.send("errand", "and sugar");
      told.complete(null);
      errand.result();
    }
  }

  private static String readLine(BufferedReader input) {
    try {
      return String.valueOf(input.readLine());
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private static void office(String systemUrl, BufferedReader input) {
    try (DBOS dbos = shop(systemUrl, point -> {}).executorId("office").launch()) {
      System.out.println("open");
      for (String line = readLine(input); !line.equals("close"); line = readLine(input)) {
        String[] words = line.split(" ");
        switch (words[0]) {
          case "send" -> dbos.send(words[1], words[2]);
          case "start" -> dbos.start(DESK, words[1], StartOptions.id(words[1]));
          case "cancel" -> dbos.cancel(words[1]);
          default -> throw new IllegalArgumentException(line);
        }
        System.out.println("done");
      }
    }
  }
}
