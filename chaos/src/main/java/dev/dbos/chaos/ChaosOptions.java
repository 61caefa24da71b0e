package dev.dbos.chaos;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * How long and how hard. It ends when all of kills, other faults and duration are reached.
 *
 * @param arrangement where the databases are
 * @param seed what orders and faults are drawn from
 * @param workers how many workers work at a time
 * @param kills how many kills at least
 * @param faults how many other faults at least
 * @param duration how long at least
 * @param limit how long at most; what is missing then is a violation
 * @param without faults that are left out
 * @param focus how workers end
 * @param patches classes that take the place of the library's, by their file names in a jar
 */
record ChaosOptions(
    Arrangement arrangement,
    long seed,
    int workers,
    int kills,
    int faults,
    Duration duration,
    Duration limit,
    Set<Fault> without,
    Focus focus,
    Map<String, byte[]> patches) {

  private static final int WORKERS = 4;
  private static final int KILLS = 50;
  private static final int FAULTS = 200;

  ChaosOptions {
    without = Set.copyOf(without);
    patches = Map.copyOf(patches);
  }

  /** The short form: 50 kills and 200 other faults. */
  static ChaosOptions brief(Arrangement arrangement, long seed) {
    return new ChaosOptions(
        arrangement,
        seed,
        WORKERS,
        KILLS,
        FAULTS,
        Duration.ZERO,
        Duration.ofMinutes(25),
        Set.of(),
        Focus.NONE,
        Map.of());
  }

  ChaosOptions lasting(Duration atLeast) {
    return new ChaosOptions(
        arrangement,
        seed,
        workers,
        kills,
        faults,
        atLeast,
        atLeast.plus(limit),
        without,
        focus,
        patches);
  }

  ChaosOptions withTargets(int leastKills, int leastFaults) {
    return new ChaosOptions(
        arrangement,
        seed,
        workers,
        leastKills,
        leastFaults,
        duration,
        limit,
        without,
        focus,
        patches);
  }

  ChaosOptions withWorkers(int count) {
    return new ChaosOptions(
        arrangement, seed, count, kills, faults, duration, limit, without, focus, patches);
  }

  ChaosOptions withoutFaults(Set<Fault> kinds) {
    return new ChaosOptions(
        arrangement, seed, workers, kills, faults, duration, limit, kinds, focus, patches);
  }

  ChaosOptions withFocus(Focus only) {
    return new ChaosOptions(
        arrangement, seed, workers, kills, faults, duration, limit, without, only, patches);
  }

  ChaosOptions withPatches(Map<String, byte[]> classes) {
    return new ChaosOptions(
        arrangement, seed, workers, kills, faults, duration, limit, without, focus, classes);
  }
}
