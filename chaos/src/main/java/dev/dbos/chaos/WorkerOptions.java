package dev.dbos.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How a worker is started.
 *
 * @param executorId who it is
 * @param seed what its orders come from
 * @param inFlight how many transfers it runs at a time, besides those it goes on with; zero to
 *     start none
 * @param orders after how many it closes by itself; zero for never
 * @param clockOffsetMillis how wrong its clock is
 * @param urls where its databases are
 */
record WorkerOptions(
    String executorId,
    long seed,
    int inFlight,
    int orders,
    long clockOffsetMillis,
    Map<Store, String> urls) {

  private static final int FIRST_URL = 5;

  WorkerOptions {
    urls = Map.copyOf(urls);
  }

  WorkerOptions withOrders(int count) {
    return new WorkerOptions(executorId, seed, inFlight, count, clockOffsetMillis, urls);
  }

  /** Starts nothing by itself. */
  WorkerOptions idle() {
    return new WorkerOptions(executorId, seed, 0, 0, clockOffsetMillis, urls);
  }

  WorkerOptions withClockOffset(long millis) {
    return new WorkerOptions(executorId, seed, inFlight, orders, millis, urls);
  }

  String url(Store store) {
    return Objects.requireNonNull(urls.get(store));
  }

  String[] arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(executorId);
    arguments.add(Long.toString(seed));
    arguments.add(Integer.toString(inFlight));
    arguments.add(Integer.toString(orders));
    arguments.add(Long.toString(clockOffsetMillis));
    for (Store store : Store.values()) {
      arguments.add(url(store));
    }
    return arguments.toArray(String[]::new);
  }

  static WorkerOptions parse(String[] arguments) {
    Map<Store, String> urls = new EnumMap<>(Store.class);
    Store[] stores = Store.values();
    for (int i = 0; i < stores.length; i++) {
      urls.put(stores[i], arguments[FIRST_URL + i]);
    }
    return new WorkerOptions(
        arguments[0],
        Long.parseLong(arguments[1]),
        Integer.parseInt(arguments[2]),
        Integer.parseInt(arguments[3]),
        Long.parseLong(arguments[4]),
        urls);
  }
}
