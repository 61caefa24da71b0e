package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.dbos.error.ConfigurationException;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

class DatabaseUrlTest {

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        "postgresql://app:secret@db.example:5433/shop -> jdbc:postgresql://db.example:5433/shop",
        "postgresql://db.example/shop -> jdbc:postgresql://db.example:5432/shop",
        "postgres://db.example/shop -> jdbc:postgresql://db.example:5432/shop",
        "POSTGRESQL://db.example/Shop -> jdbc:postgresql://db.example:5432/Shop",
        "postgresql+psycopg://db.example/shop -> jdbc:postgresql://db.example:5432/shop",
        "postgresql+psycopg2://db.example/shop -> jdbc:postgresql://db.example:5432/shop",
        "cockroachdb://root@crdb.example/shop -> jdbc:postgresql://crdb.example:26257/shop",
        "cockroachdb+psycopg://crdb:5432/shop -> jdbc:postgresql://crdb:5432/shop",
        "postgresql:///shop -> jdbc:postgresql://localhost:5432/shop",
        "postgresql://:5433/shop -> jdbc:postgresql://localhost:5433/shop",
        "postgresql://db.example:/shop -> jdbc:postgresql://db.example:5432/shop",
        "postgresql://app@/shop -> jdbc:postgresql://localhost:5432/shop",
        "postgresql://127.0.0.1/shop -> jdbc:postgresql://127.0.0.1:5432/shop",
        "postgresql://docker_db/shop -> jdbc:postgresql://docker_db:5432/shop",
        "postgresql://[::1]/shop -> jdbc:postgresql://[::1]:5432/shop",
        "postgresql://app:pw@[2001:db8::7]:5433/shop -> jdbc:postgresql://[2001:db8::7]:5433/shop",
        "postgresql://a,b:5433,[::1]:1/shop -> jdbc:postgresql://a:5432,b:5433,[::1]:1/shop",
        "cockroachdb://a,b:5433/shop -> jdbc:postgresql://a:26257,b:5433/shop",
        "postgresql:///shop?host=db.example -> jdbc:postgresql://db.example:5432/shop",
        "postgresql:///shop?host=a,b&port=5433 -> jdbc:postgresql://a:5433,b:5433/shop",
        "postgresql://db.example?dbname=shop -> jdbc:postgresql://db.example:5432/shop",
        "postgresql://h/my%20shop%2F1 -> jdbc:postgresql://h:5432/my%20shop%2F1",
        "postgresql://h/a+b -> jdbc:postgresql://h:5432/a%2Bb",
        "postgresql://h/größe -> jdbc:postgresql://h:5432/gr%C3%B6%C3%9Fe",
        "jdbc:postgresql://db.example/shop -> jdbc:postgresql://db.example:5432/shop",
        "jdbc:postgresql://a:1,b/shop?user=app -> jdbc:postgresql://a:1,b:5432/shop",
        "jdbc:postgresql://app:secret@db.example/shop -> jdbc:postgresql://db.example:5432/shop",
        "jdbc:postgresql:shop -> jdbc:postgresql://localhost:5432/shop",
        "jdbc:postgresql:///shop -> jdbc:postgresql://localhost:5432/shop",
        "jdbc:postgresql://h/my+shop -> jdbc:postgresql://h:5432/my%20shop",
      })
  void aPostgresUrlBecomesTheDriversUrlWithoutCredentials(String url, String jdbcUrl) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);

    assertThat(parsed.kind()).isEqualTo(DatabaseUrl.Kind.POSTGRESQL);
    assertThat(parsed.jdbcUrl()).isEqualTo(jdbcUrl);
    assertThat(parsed.file()).isEmpty();
    assertThat(parsed.inMemory()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        "postgresql://app:secret@h/shop -> app -> secret",
        "postgresql://app@h/shop -> app -> ''",
        "postgresql://app:@h/shop -> app -> ''",
        "postgresql://:secret@h/shop -> '' -> secret",
        "postgresql://h/shop -> '' -> ''",
        "postgresql://app:a+b@h/shop -> app -> a+b",
        "postgresql://app:a:b:c@h/shop -> app -> a:b:c",
        "postgresql://app:p@ss@h/shop -> app -> p@ss",
        "postgresql://app:%40%3A%2F%3F%23%25%26%2C@h/shop -> app -> @:/?#%&,",
        "postgresql://app:a b,c&d=e@h/shop -> app -> a b,c&d=e",
        "postgresql://j%C3%BCrgen:gr%c3%bc%C3%9fe@h/shop -> jürgen -> grüße",
        "postgresql://app:grüße@h/shop -> app -> grüße",
        "postgresql://app%40tenant:secret@h/shop -> app@tenant -> secret",
        "postgresql://h/shop?user=app&password=se%26cret -> app -> se&cret",
        "postgresql://h/shop?user=app&password=a+b -> app -> a+b",
        "jdbc:postgresql://h/shop?user=app@tenant&password=p@s#s -> app@tenant -> p@s#s",
        "jdbc:postgresql://h/shop?user=app&password=a%2Bb -> app -> a+b",
      })
  void credentialsAreDecodedAndKeptApart(String url, String user, String password) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);

    assertThat(parsed.user().orElse("")).isEqualTo(user);
    assertThat(parsed.password().orElse("")).isEqualTo(password);
    assertThat(parsed.driverProperties()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        "connect_timeout=5 -> connectTimeout -> 5",
        "connectTimeout=007 -> connectTimeout -> 7",
        "application_name=check%20out -> ApplicationName -> check out",
        "ApplicationName=checkout -> ApplicationName -> checkout",
        "options=-c%20statement_timeout%3D30000 -> options -> -c statement_timeout=30000",
        "options=-c%20a=b -> options -> -c a=b",
        "sslmode=require -> sslmode -> require",
        "sslcert=/etc/app.crt -> sslcert -> /etc/app.crt",
        "sslkey=/etc/app.pk8 -> sslkey -> /etc/app.pk8",
        "sslpassword=key -> sslpassword -> key",
        "ssl=true -> ssl -> true",
        "ssl -> ssl -> true",
        "sslnegotiation=direct -> sslNegotiation -> direct",
        "target_session_attrs=any -> targetServerType -> any",
        "target_session_attrs=read-write -> targetServerType -> primary",
        "target_session_attrs=primary -> targetServerType -> primary",
        "target_session_attrs=read-only -> targetServerType -> secondary",
        "target_session_attrs=standby -> targetServerType -> secondary",
        "target_session_attrs=prefer-standby -> targetServerType -> preferSecondary",
        "targetServerType=preferPrimary -> targetServerType -> preferPrimary",
        "keepalives=1 -> tcpKeepAlive -> true",
        "keepalives=0 -> tcpKeepAlive -> false",
        "tcpKeepAlive=true -> tcpKeepAlive -> true",
        "channel_binding=require -> channelBinding -> require",
        "gssencmode=disable -> gssEncMode -> disable",
        "krbsrvname=pg -> kerberosServerName -> pg",
        "require_auth=scram-sha-256 -> requireAuth -> scram-sha-256",
        "load_balance_hosts=random -> loadBalanceHosts -> true",
        "currentSchema=sales -> currentSchema -> sales",
        "prepareThreshold=0 -> prepareThreshold -> 0",
        "&sslmode=require& -> sslmode -> require",
      })
  void parametersReachTheDriverUnderItsOwnNames(String query, String property, String value) {
    DatabaseUrl parsed = DatabaseUrl.parse("postgresql://h/shop?" + query);

    assertThat(parsed.driverProperties()).containsExactly(entry(property, value));
  }

  @Test
  void everyPropertyIsOneThatTheDriverHas() {
    assertThat(DriverParameter.properties())
        .allSatisfy(name -> assertThat(PGProperty.forName(name)).as(name).isNotNull());
  }

  @ParameterizedTest
  @ValueSource(strings = {"verify-ca", "verify-full"})
  void verificationWithoutAFileTrustsTheAuthoritiesOfJava(String mode) {
    assertThat(DatabaseUrl.parse("postgresql://h/shop?sslmode=" + mode).driverProperties())
        .containsOnly(
            entry("sslmode", mode),
            entry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"));
  }

  @Test
  void verificationWithAFileUsesTheFile() {
    assertThat(
            DatabaseUrl.parse("postgresql://h/shop?sslmode=verify-full&sslrootcert=/etc/ca.crt")
                .driverProperties())
        .containsOnly(entry("sslmode", "verify-full"), entry("sslrootcert", "/etc/ca.crt"));
  }

  @Test
  void theSystemsCertificatesMeanFullVerification() {
    assertThat(DatabaseUrl.parse("postgresql://h/shop?sslrootcert=system").driverProperties())
        .containsOnly(
            entry("sslmode", "verify-full"),
            entry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://app:secret@db.example/my%20shop",
        "postgresql://a:1,[::1]:2/d%2Fb%3F%23%2B%25%C3%A9"
      })
  void theDriverReadsBackTheSameDatabase(String url) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);

    Properties read = Driver.parseURL(parsed.jdbcUrl(), null);

    assertThat(read).isNotNull();
    assertThat(read.getProperty("PGDBNAME")).isEqualTo(parsed.databaseName());
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        "sqlite:///shop.sqlite -> shop.sqlite -> shop",
        "sqlite:///data/shop.sqlite -> data/shop.sqlite -> shop",
        "sqlite:////var/lib/shop.db -> /var/lib/shop.db -> shop",
        "sqlite+pysqlite:///shop.sqlite -> shop.sqlite -> shop",
        "sqlite:shop.sqlite -> shop.sqlite -> shop",
        "sqlite3:shop.sqlite -> shop.sqlite -> shop",
        "sqlite3:///shop.sqlite -> shop.sqlite -> shop",
        "sqlite:./shop.sqlite -> shop.sqlite -> shop",
        "sqlite:data/../shop.sqlite -> shop.sqlite -> shop",
        "sqlite:/var/lib/shop.db -> /var/lib/shop.db -> shop",
        "sqlite:///C:/data/shop.db -> C:/data/shop.db -> shop",
        "jdbc:sqlite:shop.sqlite -> shop.sqlite -> shop",
        "jdbc:sqlite:/var/lib/shop.v2.db -> /var/lib/shop.v2.db -> shop.v2",
        "sqlite:///shop -> shop -> shop",
        "sqlite:///.shop -> .shop -> .shop",
        "sqlite:///my%20shop #1+é.db -> my%20shop #1+é.db -> my%20shop #1+é",
        "sqlite:///shop.sqlite? -> shop.sqlite -> shop",
      })
  void anSqliteUrlNamesAFile(String url, String path, String name) {
    Path file = Path.of(path).toAbsolutePath().normalize();

    DatabaseUrl parsed = DatabaseUrl.parse(url);

    assertThat(parsed.kind()).isEqualTo(DatabaseUrl.Kind.SQLITE);
    assertThat(parsed.file()).contains(file);
    assertThat(parsed.jdbcUrl()).isEqualTo("jdbc:sqlite:" + file);
    assertThat(parsed.databaseName()).isEqualTo(name);
    assertThat(parsed.inMemory()).isFalse();
    assertThat(parsed.user()).isEmpty();
    assertThat(parsed.password()).isEmpty();
    assertThat(DatabaseUrl.parse(parsed.redacted())).isEqualTo(parsed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqlite://",
        "sqlite::memory:",
        "sqlite:///:memory:",
        "sqlite://:memory:",
        "jdbc:sqlite::memory:"
      })
  void someSqliteUrlsNameADatabaseInMemory(String url) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);

    assertThat(parsed.inMemory()).isTrue();
    assertThat(parsed.kind()).isEqualTo(DatabaseUrl.Kind.SQLITE);
    assertThat(parsed.file()).isEmpty();
    assertThat(parsed.jdbcUrl()).isEqualTo("jdbc:sqlite::memory:");
    assertThat(parsed.databaseName()).isEqualTo("memory");
    assertThat(parsed).hasToString("sqlite::memory:");
  }

  @ParameterizedTest
  @CsvSource({
    "my-app, my_app.sqlite",
    "Checkout Service, checkout_service.sqlite",
    "2fast, _2fast.sqlite",
    "shop.v2, shop.v2.sqlite",
  })
  void anApplicationHasADefaultDatabase(String application, String file) {
    DatabaseUrl url = DatabaseUrl.defaultFor(application);

    assertThat(url.file()).contains(Path.of(file).toAbsolutePath());
    assertThat(url).isEqualTo(DatabaseUrl.parse("sqlite:///" + file));
  }

  @Test
  void anApplicationWithoutAUsableNameHasNoDefaultDatabase() {
    assertThatThrownBy(() -> DatabaseUrl.defaultFor(" "))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Configuration must specify an application name");
    assertThatThrownBy(() -> DatabaseUrl.defaultFor("../shop"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "No default database file can be named after the application `../shop`; use only"
                + " letters, digits, dashes, underscores and dots, or set a database URL");
  }

  @Test
  void twoSpellingsOfOnePlaceAreEqual() {
    DatabaseUrl one = DatabaseUrl.parse("postgres://app:se%63ret@h/shop?connect_timeout=5");

    assertThat(one)
        .isEqualTo(
            DatabaseUrl.parse(
                "jdbc:postgresql://h:5432/shop?user=app&password=secret&connectTimeout=5"))
        .hasSameHashCodeAs(DatabaseUrl.parse("postgresql://app:secret@h/shop?connect_timeout=5"))
        .isNotEqualTo(DatabaseUrl.parse("postgres://app:other@h/shop?connect_timeout=5"))
        .isNotEqualTo(DatabaseUrl.parse("postgres://app:secret@h/shop"))
        .isNotEqualTo(DatabaseUrl.parse("postgres://app:secret@h2/shop?connect_timeout=5"));
  }

  @Test
  void whiteSpaceAroundAUrlIsIgnored() {
    assertThat(DatabaseUrl.parse(" postgresql://h/shop\n"))
        .isEqualTo(DatabaseUrl.parse("postgresql://h/shop"));
  }
}
