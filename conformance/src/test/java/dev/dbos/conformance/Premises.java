package dev.dbos.conformance;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.conformance.CheckoutProgram.Order;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;

/** The databases, the shop and the runtimes of one test; closes all of them, the latest first. */
final class Premises implements AutoCloseable {
  private final Setting setting;
  private final Site site;
  private final Ledger ledger;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private Premises(Setting setting) {
    this.setting = setting;
    this.site = Site.of(setting.product(), setting.arrangement());
    opened.push(site);
    this.ledger = new Ledger(site);
    ledger.stockUp();
  }

  static Premises of(Setting setting) {
    return new Premises(setting);
  }

  Site site() {
    return site;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Has {@code resource} closed before everything that was opened until now. */
  <C extends AutoCloseable> C keep(C resource) {
    opened.push(resource);
    return resource;
  }

  /** Opens the shop. */
  Shop shop() {
    return shop(site.applicationUrl());
  }

  /** Opens the shop behind a proxy or otherwise elsewhere. */
  Shop shop(String applicationUrl) {
    return keep(setting.adapter().open(applicationUrl, Options.DEFAULT));
  }

  Shop shop(Options options) {
    return keep(setting.adapter().open(site.applicationUrl(), options));
  }

  /** Launches a runtime for checkouts on a shop of its own. */
  DBOS launch(Journey journey) {
    return launch(shop(), journey);
  }

  DBOS launch(Shop shop, Journey journey) {
    return keep(new Checkout(shop, journey).launch(site.systemUrl()));
  }

  /** Launches a runtime with workflows of the test. */
  DBOS launch(UnaryOperator<DbosBuilder> workflows) {
    return keep(workflows.apply(Checkout.runtime(site.systemUrl())).launch());
  }

  /** Starts a checkout in another process. */
  ChildJvm child(Order order) {
    return child(order, site.systemUrl());
  }

  ChildJvm child(Order order, String systemUrl) {
    return keep(CheckoutProgram.start(setting, site.applicationUrl(), systemUrl, order));
  }

  /** Puts a proxy in front of the server. */
  TcpProxy proxy() {
    return keep(TestPostgres.shared().proxy());
  }

  /** The address of a database through a proxy. */
  static String through(TcpProxy proxy, String url) {
    return TestPostgres.shared().url(Site.databaseName(url), proxy);
  }

  @Override
  public void close() {
    AssertionError failed = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception failure) {
        failed = new AssertionError("Could not be closed", failure);
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
