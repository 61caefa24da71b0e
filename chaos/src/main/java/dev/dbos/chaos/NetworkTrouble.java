package dev.dbos.chaos;

import dev.dbos.testing.Cut;
import dev.dbos.testing.FalseAnswer;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TcpProxy.Action;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** Breaks the ways between workers and the server. */
final class NetworkTrouble implements Troublemaker {
  private static final int AWAIT_MILLIS = 700;
  private static final int AWAIT_STEPS = 35;
  private static final int MAX_DELAY_MILLIS = 15;
  private static final int MAX_OUTAGE_MILLIS = 600;

  private static final Pattern CHECKPOINT =
      Pattern.compile("(insert into|update) (\"\\w+\"\\.)?\"(workflow_status|operation_outputs)\"");

  private final List<Slot> slots;
  private final Tally tally;

  NetworkTrouble(List<Slot> slots, Tally tally) {
    this.slots = slots;
    this.tally = tally;
  }

  @Override
  public List<Fault> kinds() {
    return List.of(
        Fault.CUT,
        Fault.CUT,
        Fault.DELAYED,
        Fault.BLACK_HOLE,
        Fault.LOST_IN_BLACK_HOLE,
        Fault.REFUSED,
        Fault.COMMIT_LOST,
        Fault.COMMIT_ANSWER_LOST,
        Fault.COMMIT_ANSWER_LOST,
        Fault.CHECKPOINT_LOST,
        Fault.CHECKPOINT_ANSWER_LOST,
        Fault.CHECKPOINT_ANSWER_LOST,
        Fault.COMMIT_UNKNOWN);
  }

  @Override
  public boolean make(Fault fault, SplittableRandom random) throws InterruptedException {
    Links links = slots.get(random.nextInt(slots.size())).links();
    TcpProxy proxy = links.any(random);
    int outage = random.nextInt(MAX_OUTAGE_MILLIS);
    try {
      return switch (fault) {
        case CUT -> cut(proxy);
        case DELAYED -> delay(proxy, 1 + random.nextInt(MAX_DELAY_MILLIS), outage);
        case BLACK_HOLE -> silence(proxy, outage, false);
        case LOST_IN_BLACK_HOLE -> silence(proxy, outage, true);
        case REFUSED -> refuse(proxy, outage);
        case COMMIT_LOST -> happens(proxy.cutBeforeCommit());
        case COMMIT_ANSWER_LOST -> happens(proxy.cutAfterCommitSent());
        case CHECKPOINT_LOST -> happens(checkpoint(proxy, Action.CUT_BEFORE));
        case CHECKPOINT_ANSWER_LOST -> happens(checkpoint(proxy, Action.CUT_AFTER_SERVER_ANSWER));
        case COMMIT_UNKNOWN -> isUnknown(proxy);
        default -> throw new IllegalArgumentException(fault.toString());
      };
    } finally {
      proxy.delay(Duration.ZERO);
      proxy.accept();
    }
  }

  private static boolean cut(TcpProxy proxy) {
    boolean any = proxy.connections() > 0;
    proxy.cutAll();
    return any;
  }

  private boolean delay(TcpProxy proxy, int millis, int outage) throws InterruptedException {
    proxy.delay(Duration.ofMillis(millis));
    tally.pause(outage);
    return proxy.connections() > 0;
  }

  private boolean silence(TcpProxy proxy, int outage, boolean lost) throws InterruptedException {
    boolean any = proxy.connections() > 0;
    proxy.blackHole();
    tally.pause(outage);
    if (lost) {
      proxy.cutAll();
    }
    return any;
  }

  private boolean refuse(TcpProxy proxy, int outage) throws InterruptedException {
    boolean any = proxy.connections() > 0;
    proxy.refuse();
    proxy.cutAll();
    tally.pause(outage);
    return any;
  }

  /** A start, a step or an end of a workflow, or a claim. */
  private static Cut checkpoint(TcpProxy proxy, Action action) {
    return proxy.onClientStatement(sql -> CHECKPOINT.matcher(sql).find(), action);
  }

  private boolean happens(Cut cut) throws InterruptedException {
    for (int i = 0; i < AWAIT_STEPS && !cut.happened(); i++) {
      tally.pause(AWAIT_MILLIS / AWAIT_STEPS);
    }
    cut.cancel();
    return cut.happened();
  }

  private boolean isUnknown(TcpProxy proxy) throws InterruptedException {
    FalseAnswer answer = proxy.answerCommitWithError("40003", "it is not known what became of it");
    for (int i = 0; i < AWAIT_STEPS && !answer.happened(); i++) {
      tally.pause(AWAIT_MILLIS / AWAIT_STEPS);
    }
    return answer.happened();
  }
}
