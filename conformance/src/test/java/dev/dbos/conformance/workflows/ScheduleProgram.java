package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.Schedule;
import java.io.IOException;

/** A process that reports each second by a schedule, until its input ends. */
final class ScheduleProgram {
  private ScheduleProgram() {}

  static ChildJvm start(String systemUrl, String executorId) {
    return ChildJvm.builder(ScheduleProgram.class).arguments(systemUrl, executorId).start();
  }

  public static void main(String[] arguments) throws IOException {
    try (DBOS dbos =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(arguments[0])
            .executorId(arguments[1])
            .workflow(ScheduleFixture.REPORT, tick -> arguments[1])
            .schedule(Schedule.of("report", "* * * * * *", ScheduleFixture.REPORT, "tea"))
            .launch()) {
      System.out.println("up");
      while (System.in.read() >= 0) {
        // Until the test is done with it.
      }
      System.out.println("closing " + dbos.schedules().list().size());
    }
  }
}
