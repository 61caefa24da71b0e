package dev.dbos.internal.watch;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open watches, to be found by what changed. */
final class Watches {
  private final Map<Topic, Set<Watch>> byTopic = new ConcurrentHashMap<>();
  private final Set<Watch> open = ConcurrentHashMap.newKeySet();

  Watch add(List<Condition> conditions, long now, Pace pace) {
    Watch watch = new Watch(this, conditions);
    watch.lookFirst(now, pace);
    for (Condition condition : conditions) {
      byTopic.compute(
          condition.topic(),
          (topic, watches) -> {
            Set<Watch> all = watches == null ? ConcurrentHashMap.newKeySet(1) : watches;
            all.add(watch);
            return all;
          });
    }
    open.add(watch);
    return watch;
  }

  void remove(Watch watch) {
    open.remove(watch);
    for (Condition condition : watch.conditions()) {
      byTopic.computeIfPresent(
          condition.topic(),
          (topic, watches) -> {
            watches.remove(watch);
            return watches.isEmpty() ? null : watches;
          });
    }
  }

  /** Tells those who wait for something that changed. */
  void tell(Topic topic) {
    Set<Watch> interested = byTopic.get(topic);
    if (interested != null) {
      interested.forEach(watch -> watch.told().complete(null));
    }
  }

  Collection<Watch> open() {
    return open;
  }
}
