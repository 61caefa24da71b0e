package dev.dbos.chaos;

import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.chaos.Bank.Booking;
import dev.dbos.chaos.Twist.Verdict;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The workflows: a transfer, and the child that tells the receiver. */
final class Transfers {
  static final WorkflowDefinition<Order, String> TRANSFER =
      WorkflowDefinition.of("transfer", Order.class, String.class);
  static final WorkflowDefinition<Notice, String> NOTICE =
      WorkflowDefinition.of("notice", Notice.class, String.class);
  static final String PROGRESS = "progress";

  /** Between the parts of a transfer's output. */
  static final String SEPARATOR = "|";

  private final JdbcDatasource savings;
  private final JooqDatasource checking;
  private final CrashPoints points;

  Transfers(JdbcDatasource savings, JooqDatasource checking, CrashPoints points) {
    this.savings = savings;
    this.checking = checking;
    this.points = points;
  }

  /** What the child gets. */
  record Notice(int account, String ticket) {}

  DbosBuilder register(DbosBuilder builder) {
    return builder
        .datasource(savings)
        .datasource(checking)
        .workflow(TRANSFER, this::transfer)
        .workflow(NOTICE, this::tell);
  }

  /** The verdict, the ticket, and the tokens of the entries. */
  private String transfer(@Nullable Order order) throws Exception {
    points.reached(Point.BEGUN);
    if (order == null) {
      throw new IllegalArgumentException("A transfer needs an order");
    }
    String ticket = Workflow.randomUuid().toString();
    String rate = quote(order);
    String withdrawn;
    try {
      withdrawn = withdraw(order, ticket);
    } catch (Refused overdrawn) {
      return output(Verdict.REFUSED, ticket, rate);
    }
    Workflow.setEvent(PROGRESS, ticket);
    Workflow.sleep(Duration.ofMillis(order.pauseMillis()));
    WorkflowHandle<String> notice =
        Workflow.start(NOTICE, new Notice(order.to(), ticket), StartOptions.DEFAULT);
    points.reached(Point.CHILD_STARTED);
    CompletableFuture<String> booked = book(order, ticket);
    Verdict verdict = Verdict.MOVED;
    String arrived;
    try {
      arrived = deposit(order, ticket);
    } catch (Refused closed) {
      arrived = refund(order, ticket);
      verdict = Verdict.REFUNDED;
    }
    String inTheBook = booked.get();
    String told = notice.result();
    points.reached(Point.BEFORE_END);
    if (order.twist() == Twist.DISPUTED) {
      throw new Refused("The receiver disputes " + ticket);
    }
    return output(verdict, ticket, rate, withdrawn, arrived, inTheBook, told);
  }

  private static String output(Verdict verdict, String... parts) {
    return verdict + SEPARATOR + String.join(SEPARATOR, parts);
  }

  private String quote(Order order) {
    try {
      return Workflow.callStep(
          "quote",
          () -> {
            points.reached(Point.IN_STEP);
            if (order.twist() == Twist.QUOTE_FAILS) {
              throw new Refused("No quotes today");
            }
            return UUID.randomUUID().toString();
          });
    } catch (Refused none) {
      return "none";
    }
  }

  private String withdraw(Order order, String ticket) throws Exception {
    String token =
        savings.callTransaction(Leg.WITHDRAW.step(), connection -> take(connection, order, ticket));
    points.reached(Point.AFTER_COMMIT);
    return token;
  }

  private String take(Connection connection, Order order, String ticket) throws Exception {
    String token = write(connection, booking(Leg.WITHDRAW, order, ticket));
    if (order.twist() == Twist.OVERDRAWN) {
      throw new Refused("The account has too little");
    }
    return token;
  }

  private CompletableFuture<String> book(Order order, String ticket) {
    Booking booking = booking(Leg.BOOK, order, ticket);
    return Workflow.applicationDatasource()
        .callTransactionAsync(Leg.BOOK.step(), connection -> write(connection, booking));
  }

  private String deposit(Order order, String ticket) throws Refused {
    String token =
        checking.callTransaction(
            Leg.DEPOSIT.step(),
            dsl -> {
              String written = write(dsl, booking(Leg.DEPOSIT, order, ticket));
              if (order.twist().verdict() != Verdict.MOVED) {
                throw new Refused("The account is closed");
              }
              return written;
            });
    points.reached(Point.AFTER_COMMIT);
    return token;
  }

  private String refund(Order order, String ticket) throws SQLException {
    Booking booking = booking(Leg.REFUND, order, ticket);
    return savings.callTransaction(Leg.REFUND.step(), connection -> write(connection, booking));
  }

  private String tell(@Nullable Notice notice) {
    points.reached(Point.IN_CHILD);
    if (notice == null) {
      throw new IllegalArgumentException("Nobody to tell");
    }
    Workflow.runStep("ring", () -> points.reached(Point.IN_STEP));
    Workflow.sleep(Duration.ofMillis(5));
    Booking booking = new Booking(Workflow.id(), Leg.NOTE, notice.account(), 0, notice.ticket());
    return checking.callTransaction(Leg.NOTE.step(), dsl -> write(dsl, booking));
  }

  private static Booking booking(Leg leg, Order order, String ticket) {
    int account = leg.store() == Store.CHECKING ? order.to() : order.from();
    return new Booking(Workflow.id(), leg, account, order.amount(), ticket);
  }

  private String write(Connection connection, Booking booking) throws SQLException {
    points.reached(Point.IN_BODY);
    String token = Bank.book(connection, booking);
    points.reached(Point.BEFORE_COMMIT);
    return token;
  }

  private String write(DSLContext dsl, Booking booking) {
    points.reached(Point.IN_BODY);
    String token = UUID.randomUUID().toString();
    dsl.execute(Bank.update(booking.leg()), booking.change(), booking.account());
    dsl.execute(
        Bank.insert(booking.leg()),
        booking.workflowId(),
        booking.leg().step(),
        booking.account(),
        booking.change(),
        booking.ticket(),
        token);
    points.reached(Point.BEFORE_COMMIT);
    return token;
  }
}
