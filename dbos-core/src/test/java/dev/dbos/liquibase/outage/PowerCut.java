package dev.dbos.liquibase.outage;

import liquibase.change.custom.CustomTaskChange;
import liquibase.database.Database;
import liquibase.exception.ValidationErrors;
import liquibase.resource.ResourceAccessor;

/** A change that ends the process on the spot when it is armed. */
public final class PowerCut implements CustomTaskChange {

  /** How the process ends. */
  public static final int EXIT_CODE = 137;

  private static volatile boolean armed;

  /** Lets the next change of this kind end the process. */
  public static void arm() {
    armed = true;
  }

  @Override
  public void execute(Database database) {
    if (armed) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  @Override
  public String getConfirmationMessage() {
    return "The power stayed on";
  }

  @Override
  public void setUp() {
    // Nothing to prepare.
  }

  @Override
  public void setFileOpener(ResourceAccessor resources) {
    // Reads no file.
  }

  @Override
  public ValidationErrors validate(Database database) {
    return new ValidationErrors();
  }
}
