package dev.dbos.serialization.rogue;

/** Tells whether anybody loaded and initialized it. */
public class Gadget {

  static {
    System.setProperty("dev.dbos.serialization.rogue.loaded", "true");
  }

  public String command = "rm";
}
