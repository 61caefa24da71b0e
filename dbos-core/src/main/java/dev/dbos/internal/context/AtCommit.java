package dev.dbos.internal.context;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one attempt of a transaction has to do around its commit, besides what its body does. Of the
 * transaction's thread only.
 */
public final class AtCommit {
  private static final Logger LOG = LoggerFactory.getLogger(AtCommit.class);

  private final Map<Class<?>, Part> parts = new LinkedHashMap<>();

  /** Whose business it is. */
  public interface Part {
    /** The body has returned, and nothing of it follows; on the connection without a guard. */
    void beforeCommit(Connection connection) throws SQLException;

    /** It has committed, or nobody knows whether it has. */
    void afterCommit();
  }

  /** The part of this type, made when it is asked for first. */
  public <P extends Part> P part(Class<P> type, Supplier<P> made) {
    @Nullable Part existing = parts.get(type);
    if (existing == null) {
      existing = made.get();
      parts.put(type, existing);
    }
    return type.cast(existing);
  }

  /** The body has returned. */
  public void beforeCommit(Connection connection) throws SQLException {
    for (Part part : parts.values()) {
      part.beforeCommit(connection);
    }
  }

  /** It has committed, perhaps; nothing that goes wrong from here on is the transaction's. */
  public void afterCommit() {
    for (Part part : parts.values()) {
      try {
        part.afterCommit();
      } catch (RuntimeException failure) {
        LOG.debug("What follows a commit failed; it is found by polling", failure);
      }
    }
  }
}
