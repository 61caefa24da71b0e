package dev.dbos.conformance;

/** What the databases of a site hold, read from outside. */
final class Ledger {
  private final DirectSql system;
  private final DirectSql application;

  Ledger(Site site) {
    this.system = new DirectSql(site.systemUrl());
    this.application = new DirectSql(site.applicationUrl());
  }

  DirectSql system() {
    return system;
  }

  DirectSql application() {
    return application;
  }

  /** Makes the shop's tables, with ten of each kind of goods. */
  void stockUp() {
    application.execute("create table reservation (sku varchar(40) not null)");
    application.execute(
        "create table stock (sku varchar(40) primary key, quantity integer not null"
            + " check (quantity >= 0))");
    application.execute("insert into stock values ('tea', 10), ('coffee', 10), ('unicorn', 10)");
  }

  int reservations() {
    return application.number("select count(*) from reservation");
  }

  int stockOf(String sku) {
    return application.number("select quantity from stock where sku = '" + sku + "'");
  }

  /** Rows of the step table in the system database. */
  int recordedSteps() {
    return system.number("select count(*) from " + systemTable("operation_outputs"));
  }

  /** Rows of the step table in the system database under a name. */
  int recordedSteps(String name) {
    return system.number(
        "select count(*) from "
            + systemTable("operation_outputs")
            + " where function_name = '"
            + name
            + "'");
  }

  /** Rows of the step table in the application's database. */
  int outputRows() {
    return application.number("select count(*) from " + outputTable());
  }

  int attemptsOf(String workflowId) {
    return system.number(
        "select recovery_attempts from "
            + systemTable("workflow_status")
            + " where workflow_uuid = '"
            + workflowId
            + "'");
  }

  String systemTable(String name) {
    return system.isPostgres() ? "dbos." + name : name;
  }

  String outputTable() {
    return application.isPostgres() ? "dbos.datasource_outputs" : "datasource_outputs";
  }
}
