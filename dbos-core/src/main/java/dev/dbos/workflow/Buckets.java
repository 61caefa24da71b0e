package dev.dbos.workflow;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/** What aggregations have in common: which choices they refuse. */
final class Buckets {
  private Buckets() {}

  static <E extends Enum<E>> Set<E> some(Collection<E> properties) {
    if (properties.isEmpty()) {
      throw new IllegalArgumentException(
          "An aggregation needs something to group by: at least one property, or byTime(period).");
    }
    return EnumSet.copyOf(properties);
  }

  static Duration period(Duration period) {
    if (period.toMillis() < 1) {
      throw new IllegalArgumentException("The period must be at least 1 ms: " + period);
    }
    return period;
  }

  static int limit(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("limit must be at least 1: " + most);
    }
    return most;
  }
}
