package dev.dbos.examples.orders.demo;

import java.io.PrintStream;

/** Prints lines, in colour where that is wanted. */
record Screen(PrintStream out, boolean colour) {
  private static final String RESET = "\u001b[0m";

  /** How a text looks in colour. */
  enum Style {
    BOLD("\u001b[1m"),
    DIM("\u001b[2m"),
    GREEN("\u001b[1;32m"),
    RED("\u001b[1;31m");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  /** Prints a line. */
  void line(String text) {
    out.println(text.stripTrailing());
  }

  /** Prints a line in a style. */
  void line(Style style, String text) {
    line(styled(style, text));
  }

  /** Prints an empty line and a heading. */
  void heading(String text) {
    out.println();
    line(Style.BOLD, text);
  }

  private String styled(Style style, String text) {
    return colour ? style.code + text + RESET : text;
  }
}
