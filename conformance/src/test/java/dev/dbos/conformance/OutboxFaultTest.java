package dev.dbos.conformance;

import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.conformance.Site.Arrangement;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TcpProxy.Action;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Connections break and processes die at every exchange between a transaction and the start of the
 * workflow that it asked for. Each order that is in the database has one workflow, which shipped it
 * once; and no workflow is without its order.
 */
@Timeout(300)
class OutboxFaultTest {
  private static final Setting APART =
      new Setting(Adapter.JDBC, Product.POSTGRESQL, Arrangement.DIFFERENT_DATABASE);

  /** The exchanges, in their order. */
  enum Exchange {
    ENTRY_WRITTEN(true, false, "insert into", "datasource_outbox"),
    ORDER_COMMITTED(true, true, "insert into", "datasource_outbox"),
    OUTBOX_READ(true, false, "select", "order_key"),
    DELIVERY_BEGUN(false, false, "update", "java_outboxes"),
    WORKFLOW_WRITTEN(false, false, "insert into", "workflow_status"),
    DELIVERY_REMEMBERED(false, false, "update", "\"relayed\""),
    DELIVERY_COMMITTED(false, true, "update", "\"relayed\""),
    ENTRY_DELETED(true, false, "delete", "datasource_outbox"),
    DELETION_COMMITTED(true, true, "delete", "datasource_outbox");

    private final boolean inApplication;
    private final boolean commits;
    private final String verb;
    private final String object;

    Exchange(boolean inApplication, boolean commits, String verb, String object) {
      this.inApplication = inApplication;
      this.commits = commits;
      this.verb = verb;
      this.object = object;
    }

    /** A statement, or the COMMIT that follows it. */
    private Predicate<String> statement() {
      AtomicBoolean seen = new AtomicBoolean();
      return sql -> {
        boolean isIt = sql.startsWith(verb) && sql.contains(object);
        if (isIt) {
          seen.set(true);
        }
        return commits ? sql.equals("COMMIT") && seen.getAndSet(false) : isIt;
      };
    }
  }

  static Stream<Arguments> everywhere() {
    return Arrays.stream(Exchange.values())
        .flatMap(at -> Arrays.stream(Action.values()).map(action -> Arguments.of(at, action)));
  }

  /** The two databases behind proxies. */
  private record Network(Premises premises, TcpProxy application, TcpProxy system) {
    static Network of(Premises premises) {
      return new Network(premises, premises.proxy(), premises.proxy());
    }

    String applicationUrl() {
      return Premises.through(application, premises.site().applicationUrl());
    }

    String systemUrl() {
      return Premises.through(system, premises.site().systemUrl());
    }

    Cut cut(Exchange at, Action action) {
      return (at.inApplication ? application : system).onClientStatement(at.statement(), action);
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aConnectionThatBreaksLosesAndDoublesNothing(Exchange at, Action action) throws Exception {
    try (Premises premises = Premises.of(APART)) {
      OrderDesk.open(premises);
      Network network = Network.of(premises);
      OrderDesk desk = new OrderDesk(premises.shop(network.applicationUrl()));
      premises.keep(desk.applyTo(Checkout.runtime(network.systemUrl())).launch());
      desk.order("first").result(PATIENCE);
      Cut cut = network.cut(at, action);

      for (int i = 0; i < 3; i++) {
        try {
          desk.order("o" + i);
        } catch (DatabaseUnavailableException lost) {
          // It may or may not have been taken.
        }
      }

      cut.await(PATIENCE);
      desk.order("last").result(PATIENCE);
      OrderBooks books = new OrderBooks(premises, APART);
      books.assertEachOrderIsShippedOnce();
      assertThat(books.orders()).contains("first", "last").hasSizeGreaterThanOrEqualTo(4);
    }
  }

  static Stream<Arguments> deadly() {
    return Stream.of(
        Arguments.of(Exchange.ORDER_COMMITTED, Action.CUT_BEFORE),
        Arguments.of(Exchange.ORDER_COMMITTED, Action.CUT_AFTER_SERVER_ANSWER),
        Arguments.of(Exchange.WORKFLOW_WRITTEN, Action.CUT_AFTER_SERVER_ANSWER),
        Arguments.of(Exchange.DELIVERY_COMMITTED, Action.CUT_BEFORE),
        Arguments.of(Exchange.DELIVERY_COMMITTED, Action.CUT_AFTER_SERVER_ANSWER),
        Arguments.of(Exchange.DELETION_COMMITTED, Action.CUT_BEFORE),
        Arguments.of(Exchange.DELETION_COMMITTED, Action.CUT_AFTER_SERVER_ANSWER));
  }

  @ParameterizedTest
  @MethodSource("deadly")
  void aProcessThatDiesThereLeavesItToTheNextOne(Exchange at, Action action) throws Exception {
    try (Premises premises = Premises.of(APART)) {
      OrderDesk.open(premises);
      Network network = Network.of(premises);
      ChildJvm child =
          premises.keep(
              OrderProgram.start(APART, network.applicationUrl(), network.systemUrl(), "a"));
      child.awaitLine("ordered"::equals, PATIENCE);
      Cut cut = network.cut(at, action);
      cut.await(PATIENCE);
      child.kill();

      OrderDesk desk = new OrderDesk(premises.shop());
      premises.launch(desk::applyTo);

      new OrderBooks(premises, APART).assertEachOrderIsShippedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void killedAtAnyMomentNothingIsLostOrDoubled(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      OrderDesk.open(premises);
      String applicationUrl = premises.site().applicationUrl();
      for (String prefix : new String[] {"a", "b"}) {
        try (ChildJvm child =
            OrderProgram.start(setting, applicationUrl, premises.site().systemUrl(), prefix)) {
          for (int line = 0; line < 12; line++) {
            child.awaitLine(text -> true, PATIENCE);
          }
          child.kill();
        }
      }

      DBOS dbos = premises.launch(new OrderDesk(premises.shop())::applyTo);

      OrderBooks books = new OrderBooks(premises, setting);
      books.assertEachOrderIsShippedOnce();
      assertThat(books.orders().size()).isGreaterThanOrEqualTo(6);
      assertThat(dbos.outboxes().backlogs()).hasSize(setting.isApart() ? 1 : 0);
    }
  }
}
