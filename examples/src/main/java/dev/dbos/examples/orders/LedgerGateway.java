package dev.dbos.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * A bank in one file, which has a line for everything it was asked and outlives the programs that
 * ask. It declines the card {@code 0002}.
 */
public final class LedgerGateway implements PaymentGateway {
  private static final String DECLINED_CARD = "0002";

  private final Path ledger;

  /** Opens the bank; the file is made when first needed. */
  public LedgerGateway(Path ledger) {
    this.ledger = ledger;
  }

  @Override
  public synchronized String charge(String order, String card, int cents)
      throws CardDeclinedException {
    if (card.equals(DECLINED_CARD)) {
      write(new Entry(Kind.DECLINED, order, cents));
      throw new CardDeclinedException("The card " + card + " was declined.");
    }
    Optional<Entry> earlier = charges(order).stream().findFirst();
    write(new Entry(earlier.isPresent() ? Kind.ASKED_AGAIN : Kind.CHARGED, order, cents));
    return "charge-" + order;
  }

  /** What the bank answered. */
  public enum Kind {
    /** Money moved. */
    CHARGED,
    /** It had moved already. */
    ASKED_AGAIN,
    /** No money. */
    DECLINED
  }

  /**
   * A line of the ledger.
   *
   * @param kind what the bank answered
   * @param order what it was for
   * @param cents how much
   */
  public record Entry(Kind kind, String order, int cents) {
    static Entry parse(String line) {
      String[] words = line.split(" ", -1);
      return new Entry(Kind.valueOf(words[0]), words[1], Integer.parseInt(words[2]));
    }

    String line() {
      return kind + " " + order + " " + cents + "\n";
    }
  }

  /** Everything the bank was asked, oldest first. */
  public synchronized List<Entry> entries() {
    try {
      return Files.exists(ledger)
          ? Files.readAllLines(ledger, UTF_8).stream().map(Entry::parse).toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("The ledger " + ledger + " cannot be read", e);
    }
  }

  /** The times money moved for an order. */
  public List<Entry> charges(String order) {
    return entries().stream()
        .filter(entry -> entry.order().equals(order) && entry.kind() == Kind.CHARGED)
        .toList();
  }

  private void write(Entry entry) {
    try {
      Files.writeString(
          ledger, entry.line(), UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("The bank cannot be reached", e);
    }
  }
}
