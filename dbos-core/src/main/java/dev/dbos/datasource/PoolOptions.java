package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import java.time.Duration;

/**
 * How many connections a datasource keeps, and for how long. Start from {@link #DEFAULT} and change
 * what differs:
 *
 * <pre>{@code
 * PoolOptions.DEFAULT.withMaximumSize(30).withConnectionTimeout(Duration.ofSeconds(5))
 * }</pre>
 *
 * <p>Immutable. Every combination that exists is usable: each {@code with…} method throws a {@link
 * ConfigurationException} that names the option when its value is out of range. Prefer them to the
 * constructor, which gets a further parameter with each further option.
 *
 * @param maximumSize the most connections open at once, idle ones included; default 20, at least 1
 * @param minimumIdle how many idle connections are kept ready; default 0, at most {@code
 *     maximumSize}. At 0 connections are opened when work needs them, and an application without
 *     work lets go of the last one after {@code idleTimeout}, which keeps the server's connections
 *     for those who use them
 * @param connectionTimeout how long a transaction waits for a free connection before it fails;
 *     default 30 seconds, at least 250 milliseconds
 * @param connectTimeout how long opening a connection to the server may take; default 10 seconds,
 *     whole seconds, at least 1. As long as it is the default, a {@code connect_timeout} in the URL
 *     takes its place
 * @param idleTimeout how long a connection beyond {@code minimumIdle} stays open unused; default 10
 *     minutes, at least 10 seconds, zero for ever
 * @param maxLifetime how old a connection may get before it is replaced, once it is idle; default
 *     29 minutes, which is below the half hour after which many proxies cut a connection; at least
 *     30 seconds, zero for no limit
 * @param keepalive how often an idle connection is checked and kept from looking dead to firewalls;
 *     default 2 minutes, at least 30 seconds, zero for never. Without effect unless shorter than
 *     {@code maxLifetime}
 */
public record PoolOptions(
    int maximumSize,
    int minimumIdle,
    Duration connectionTimeout,
    Duration connectTimeout,
    Duration idleTimeout,
    Duration maxLifetime,
    Duration keepalive) {

  /** Pools and drivers count milliseconds in an {@code int}, which ends in the 25th day. */
  private static final Duration LONGEST = Duration.ofDays(24);

  /** The default of each option. */
  public static final PoolOptions DEFAULT =
      new PoolOptions(
          20,
          0,
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofMinutes(10),
          Duration.ofMinutes(29),
          Duration.ofMinutes(2));

  /**
   * Checks the ranges given above.
   *
   * @throws ConfigurationException when one is left, naming the option
   */
  public PoolOptions {
    require(maximumSize >= 1, "maximumSize", "must be at least 1", maximumSize);
    require(minimumIdle >= 0, "minimumIdle", "must not be negative", minimumIdle);
    require(
        minimumIdle <= maximumSize,
        "minimumIdle",
        "must not be greater than maximumSize, which is " + maximumSize + ",",
        minimumIdle);
    requireAtLeast("connectionTimeout", connectionTimeout, Duration.ofMillis(250));
    requireAtLeast("connectTimeout", connectTimeout, Duration.ofSeconds(1));
    require(
        connectTimeout.equals(Duration.ofSeconds(connectTimeout.toSeconds())),
        "connectTimeout",
        "must be a whole number of seconds",
        connectTimeout);
    requireZeroOrAtLeast("idleTimeout", idleTimeout, Duration.ofSeconds(10));
    requireZeroOrAtLeast("maxLifetime", maxLifetime, Duration.ofSeconds(30));
    requireZeroOrAtLeast("keepalive", keepalive, Duration.ofSeconds(30));
  }

  /** These options with another {@link #maximumSize()}. */
  public PoolOptions withMaximumSize(int size) {
    return new PoolOptions(
        size, minimumIdle, connectionTimeout, connectTimeout, idleTimeout, maxLifetime, keepalive);
  }

  /** These options with another {@link #minimumIdle()}. */
  public PoolOptions withMinimumIdle(int connections) {
    return new PoolOptions(
        maximumSize,
        connections,
        connectionTimeout,
        connectTimeout,
        idleTimeout,
        maxLifetime,
        keepalive);
  }

  /** These options with another {@link #connectionTimeout()}. */
  public PoolOptions withConnectionTimeout(Duration timeout) {
    return new PoolOptions(
        maximumSize, minimumIdle, timeout, connectTimeout, idleTimeout, maxLifetime, keepalive);
  }

  /** These options with another {@link #connectTimeout()}. */
  public PoolOptions withConnectTimeout(Duration timeout) {
    return new PoolOptions(
        maximumSize, minimumIdle, connectionTimeout, timeout, idleTimeout, maxLifetime, keepalive);
  }

  /** These options with another {@link #idleTimeout()}. */
  public PoolOptions withIdleTimeout(Duration timeout) {
    return new PoolOptions(
        maximumSize,
        minimumIdle,
        connectionTimeout,
        connectTimeout,
        timeout,
        maxLifetime,
        keepalive);
  }

  /** These options with another {@link #maxLifetime()}. */
  public PoolOptions withMaxLifetime(Duration lifetime) {
    return new PoolOptions(
        maximumSize,
        minimumIdle,
        connectionTimeout,
        connectTimeout,
        idleTimeout,
        lifetime,
        keepalive);
  }

  /** These options with another {@link #keepalive()}. */
  public PoolOptions withKeepalive(Duration interval) {
    return new PoolOptions(
        maximumSize,
        minimumIdle,
        connectionTimeout,
        connectTimeout,
        idleTimeout,
        maxLifetime,
        interval);
  }

  private static void requireZeroOrAtLeast(String option, Duration value, Duration least) {
    if (!value.isZero()) {
      requireAtLeast(option, value, least);
    }
  }

  private static void requireAtLeast(String option, Duration value, Duration least) {
    require(value.compareTo(least) >= 0, option, "must be at least " + least, value);
    require(value.compareTo(LONGEST) <= 0, option, "must be at most " + LONGEST, value);
  }

  private static void require(boolean holds, String option, String rule, Object value) {
    if (!holds) {
      throw new ConfigurationException(
          "Pool option " + option + " " + rule + " but is " + value, null);
    }
  }
}
