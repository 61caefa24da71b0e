package dev.dbos.examples.orders.demo;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a demo takes place.
 *
 * @param run the name of the run
 * @param shopUrl the shop's database
 * @param systemUrl the database of the workflows; may be the same
 * @param ledger the bank
 */
record Site(String run, String shopUrl, String systemUrl, Path ledger) {

  /** A site in files of a directory. */
  static Site in(Path directory, String run) {
    return new Site(
        run,
        sqlite(directory.resolve("shop.sqlite")),
        sqlite(directory.resolve("orders.sqlite")),
        directory.resolve("bank.ledger"));
  }

  /** A site in one database that is there, but for the bank. */
  static Site at(String url, Path directory, String run) {
    return new Site(run, url, url, directory.resolve("bank.ledger"));
  }

  private static String sqlite(Path file) {
    return "sqlite:///" + file.toAbsolutePath().toString().replace('\\', '/');
  }

  /** The orders. */
  Basket basket() {
    return new Basket(run);
  }

  /** For a process of its own. The URLs may hold a password, so they are not for a command line. */
  List<String> toLines() {
    return List.of(run, shopUrl, systemUrl, ledger.toString());
  }

  /** What {@link #toLines()} was made from. */
  static Site parse(List<String> lines) {
    return new Site(lines.get(0), lines.get(1), lines.get(2), Path.of(lines.get(3)));
  }
}
