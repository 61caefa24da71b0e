package dev.dbos.configuration;

import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code dbos-config.yaml}: which keys there are and what becomes of them. */
final class ConfigurationFile {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFile.class);
  private static final Path DOCKER_SECRETS = Path.of("/run/secrets");
  private static final String PARSER = "org.snakeyaml.engine.v2.api.Load";

  /** What other implementations read and this one has no use for. */
  private static final List<String> WITHOUT_MEANING =
      List.of("env", "language", "runtimeConfig", "telemetry");

  private static final List<String> POOL_KEYS_WITHOUT_MEANING =
      List.of("echo", "echo_pool", "pool_pre_ping", "poolclass");

  private final Section root;

  private ConfigurationFile(Section root) {
    this.root = root;
  }

  static ConfigurationFile read(Path file, Map<String, String> variables) {
    return read(file, new Substitution(variables, DOCKER_SECRETS));
  }

  /** Reads {@code file} and nothing of what it means. */
  static ConfigurationFile read(Path file, Substitution substitution) {
    String name = String.valueOf(file.getFileName());
    requireParser(file);
    Optional<YamlNode> document = YamlParser.parse(name, text(file));
    if (document.isPresent() && document.get() instanceof YamlNode.Mapping mapping) {
      return new ConfigurationFile(new Section(name, "", mapping, substitution));
    }
    throw new ConfigurationException(
        name
            + " must contain a dictionary, not "
            + document.map(YamlNode::words).orElse("nothing")
            + ".",
        null);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          "The configuration file "
              + file.toAbsolutePath()
              + " cannot be read. Check that it exists and is UTF-8 text.",
          unreadable);
    }
  }

  private static void requireParser(Path file) {
    try {
      Class.forName(PARSER, false, ConfigurationFile.class.getClassLoader());
    } catch (ClassNotFoundException missing) {
      throw new ConfigurationException(
          "To read "
              + file
              + ", add the dependency org.snakeyaml:snakeyaml-engine, which is not on the class path; on the"
              + " module path also start with --add-modules org.snakeyaml.engine.v2.",
          missing);
    }
  }

  /** {@code base} with what the file says. */
  Configuration apply(Configuration base) {
    Configuration configuration =
        base.withName(
            root.text("name")
                .orElseThrow(
                    () ->
                        new ConfigurationException(
                            root.file()
                                + ": Configuration must specify an application name. Add the key"
                                + " name.",
                            null)));
    configuration =
        with(configuration, root.text("system_database_url"), Configuration::withSystemDatabaseUrl);
    configuration =
        with(configuration, applicationUrl(), Configuration::withApplicationDatabaseUrl);
    configuration =
        with(configuration, root.text("migration_url"), Configuration::withMigrationUrl);
    configuration =
        with(
            configuration,
            root.text("maintenance_database"),
            Configuration::withMaintenanceDatabase);
    configuration =
        with(
            configuration,
            root.text("dbos_system_schema"),
            Configuration::withSystemDatabaseSchema);
    configuration = with(configuration, migrationMode(), Configuration::withMigrationMode);
    configuration = configuration.withSystemDatabasePool(pool(configuration.systemDatabasePool()));
    root.ignore(WITHOUT_MEANING);
    root.refuseTheRest();
    tellWhatIsIgnored();
    return configuration;
  }

  /** Sets a value. */
  @FunctionalInterface
  private interface Setting<V> {
    Configuration on(Configuration configuration, V value);
  }

  private static <V> Configuration with(
      Configuration configuration, Optional<V> value, Setting<V> setting) {
    return value.map(present -> setting.on(configuration, present)).orElse(configuration);
  }

  private Optional<String> applicationUrl() {
    Optional<String> url = root.text("application_database_url");
    Optional<String> older = root.text("database_url");
    if (url.isPresent() && older.isPresent()) {
      throw new ConfigurationException(
          root.at("database_url")
              + "application_database_url and database_url mean the same; keep one.",
          null);
    }
    return url.isPresent() ? url : older;
  }

  private Optional<MigrationMode> migrationMode() {
    return root.text("migration_mode")
        .map(
            word ->
                Arrays.stream(MigrationMode.values())
                    .filter(mode -> mode.name().toLowerCase(Locale.ROOT).equals(word))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new ConfigurationException(
                                root.at("migration_mode")
                                    + "migration_mode must be migrate, validate or none.",
                                null)));
  }

  /** The size that is meant for the system database alone counts more than the general one. */
  private PoolOptions pool(PoolOptions base) {
    Optional<Section> database = root.section("database");
    if (database.isEmpty()) {
      return base;
    }
    database.get().ignore(List.of("migrate"));
    PoolOptions pool =
        database.get().section("db_engine_kwargs").map(kwargs -> pool(kwargs, base)).orElse(base);
    Optional<Integer> size = database.get().wholeNumber("sys_db_pool_size");
    return size.isPresent() ? pool.withMaximumSize(size.get()) : pool;
  }

  /** There is no overflow here: the largest size is that of the pool and its overflow. */
  private static PoolOptions pool(Section kwargs, PoolOptions base) {
    kwargs.ignore(POOL_KEYS_WITHOUT_MEANING);
    int size = kwargs.wholeNumber("pool_size").orElse(base.maximumSize());
    int overflow = kwargs.wholeNumber("max_overflow").orElse(0);
    PoolOptions pool = base.withMaximumSize(size + overflow);
    Optional<Duration> wait = kwargs.seconds("pool_timeout");
    if (wait.isPresent()) {
      pool = pool.withConnectionTimeout(wait.get());
    }
    Optional<Duration> lifetime = kwargs.seconds("pool_recycle");
    if (lifetime.isPresent()) {
      pool = pool.withMaxLifetime(lifetime.get());
    }
    Optional<Section> connecting = kwargs.section("connect_args");
    if (connecting.isPresent()) {
      Optional<Duration> timeout = connecting.get().seconds("connect_timeout");
      connecting.get().ignore(List.of("application_name", "options"));
      return timeout.isPresent() ? pool.withConnectTimeout(timeout.get()) : pool;
    }
    return pool;
  }

  private void tellWhatIsIgnored() {
    List<String> ignored = root.ignored();
    if (!ignored.isEmpty()) {
      LOG.warn(
          "{} has keys of other implementations, which have no effect here: {}",
          root.file(),
          ignored.stream().collect(Collectors.joining(", ")));
    }
  }
}
