package dev.dbos.datasource;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Where a database is, without anything secret. */
sealed interface Location {

  DatabaseUrl.Kind kind();

  String jdbcUrl();

  String databaseName();

  /** A database on one of several servers that speak PostgreSQL's protocol. */
  record Server(List<HostAndPort> hosts, String databaseName) implements Location {
    public Server {
      hosts = List.copyOf(hosts);
    }

    @Override
    public DatabaseUrl.Kind kind() {
      return DatabaseUrl.Kind.POSTGRESQL;
    }

    @Override
    public String jdbcUrl() {
      return "jdbc:postgresql://" + authority() + "/" + PercentCoding.encode(databaseName);
    }

    /** All hosts, each with its port. */
    String authority() {
      return hosts.stream().map(HostAndPort::toString).collect(Collectors.joining(","));
    }
  }

  /** An SQLite database in a file, whose path is absolute and normalized. */
  record File(Path path) implements Location {
    @Override
    public DatabaseUrl.Kind kind() {
      return DatabaseUrl.Kind.SQLITE;
    }

    @Override
    public String jdbcUrl() {
      return "jdbc:sqlite:" + path;
    }

    @Override
    public String databaseName() {
      String name = String.valueOf(path.getFileName());
      int dot = name.lastIndexOf('.');
      return dot > 0 ? name.substring(0, dot) : name;
    }
  }

  /** An SQLite database in memory. */
  record Memory() implements Location {
    @Override
    public DatabaseUrl.Kind kind() {
      return DatabaseUrl.Kind.SQLITE;
    }

    @Override
    public String jdbcUrl() {
      return "jdbc:sqlite::memory:";
    }

    @Override
    public String databaseName() {
      return "memory";
    }
  }

  /** One server; the address of an IPv6 host is in brackets. */
  record HostAndPort(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
