package dev.dbos.chaos;

import dev.dbos.testing.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The ways of one worker to its databases: a proxy for each, where there is a network at all. */
final class Links implements AutoCloseable {
  /** A network that swallows everything is no reason to wait long. */
  private static final String IMPATIENT = "?connectTimeout=2";

  private final Map<Store, String> urls = new EnumMap<>(Store.class);
  private final List<TcpProxy> proxies = new ArrayList<>();

  Links(Site site) {
    for (Store store : Store.values()) {
      site.proxy()
          .ifPresentOrElse(
              proxy -> {
                proxies.add(proxy);
                urls.put(store, site.url(store, proxy) + IMPATIENT);
              },
              () -> urls.put(store, site.url(store)));
    }
  }

  Map<Store, String> urls() {
    return urls;
  }

  boolean isEmpty() {
    return proxies.isEmpty();
  }

  TcpProxy any(SplittableRandom random) {
    return proxies.get(random.nextInt(proxies.size()));
  }

  /** Lets everything through again. */
  void heal() {
    for (TcpProxy proxy : proxies) {
      proxy.delay(Duration.ZERO);
      proxy.accept();
    }
  }

  @Override
  public void close() {
    proxies.forEach(TcpProxy::close);
  }
}
