package dev.dbos.liquibase;

import java.util.logging.Level;
import liquibase.logging.Logger;
import liquibase.logging.core.AbstractLogService;
import liquibase.logging.core.AbstractLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Hands what Liquibase logs to slf4j, under the names of Liquibase's classes and one step quieter:
 * its information is detail to an application, and what it calls severe is also thrown.
 */
final class Slf4jLogService extends AbstractLogService {

  @Override
  public int getPriority() {
    return PRIORITY_SPECIALIZED;
  }

  @Override
  @SuppressWarnings("rawtypes") // The raw parameter is Liquibase's.
  public Logger getLog(Class type) {
    return new Slf4jLogger(LoggerFactory.getLogger(type));
  }

  private static final class Slf4jLogger extends AbstractLogger {
    private final org.slf4j.Logger target;

    Slf4jLogger(org.slf4j.Logger target) {
      this.target = target;
    }

    @Override
    public void log(Level level, @Nullable String message, @Nullable Throwable thrown) {
      target.atLevel(quieter(level)).setCause(thrown).log(message);
    }

    @Override
    public void close() {
      // slf4j's loggers hold nothing.
    }

    private static org.slf4j.event.Level quieter(Level level) {
      int value = level.intValue();
      if (value == Level.WARNING.intValue()) {
        return org.slf4j.event.Level.WARN;
      }
      return value >= Level.INFO.intValue()
          ? org.slf4j.event.Level.DEBUG
          : org.slf4j.event.Level.TRACE;
    }
  }
}
