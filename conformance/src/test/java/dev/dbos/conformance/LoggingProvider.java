package dev.dbos.conformance;

import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.simple.SimpleServiceProvider;
import org.slf4j.spi.MDCAdapter;

/** The simple logging of the tests, but one whose lines have a context. */
public final class LoggingProvider extends SimpleServiceProvider {
  private final MDCAdapter context = new BasicMDCAdapter();

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }
}
