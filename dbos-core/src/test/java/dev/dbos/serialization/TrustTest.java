package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.SerializationException;
import dev.dbos.serialization.shop.Shop;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustTest {

  @LogicalName("gift-voucher")
  record OtherVoucher() {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int",
        "int[]",
        "[I",
        "[[Ljava.lang.String;",
        "java.lang.String[][]",
        "java.time.Instant",
        "java.util.ArrayList",
        "java.util.concurrent.TimeUnit",
        "java.lang.IllegalStateException",
        "java.io.UncheckedIOException",
        "java.sql.SQLTimeoutException",
        "java.util.concurrent.TimeoutException",
        "java.lang.StackOverflowError",
        "dev.dbos.error.WaitTimeoutException",
        "org.jooq.exception.DataAccessException"
      })
  void valuesAndExceptionsOfTheJdkAreAlwaysTrusted(String name) {
    assertThat(Trust.jdkOnly().trusts(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "java.lang.Runtime",
        "java.lang.ProcessBuilder",
        "java.io.FileInputStream",
        "java.net.URLClassLoader",
        "javax.naming.InitialContext",
        "org.postgresql.util.PSQLException",
        "com.acme.orders.Order",
        "dev.dbos.errors.Fake",
        "org.jooq.impl.DefaultDSLContext",
        "java.evil.FakeException",
        "[Lcom.acme.orders.Order;",
        "[",
        "[X"
      })
  void everythingElseIsNot(String name) {
    assertThat(Trust.jdkOnly().trusts(name)).isFalse();
  }

  @Test
  void aTrustedPackageCoversItsSubPackagesAndNestedClasses() {
    Trust trust = Trust.of(List.of("com.acme.orders"), List.of());

    assertThat(trust.trusts("com.acme.orders.Order")).isTrue();
    assertThat(trust.trusts("com.acme.orders.Order$Line")).isTrue();
    assertThat(trust.trusts("com.acme.orders.eu.Vat")).isTrue();
    assertThat(trust.trusts("[Lcom.acme.orders.Order;")).isTrue();
    assertThat(trust.trusts("com.acme.orders.Order[][]")).isTrue();
    assertThat(trust.trusts("com.acme.ordersystem.Order")).isFalse();
    assertThat(trust.trusts("com.acme.Order")).isFalse();
  }

  @Test
  void aTrustedClassCoversItsNestedClassesOnly() {
    Trust trust = Trust.of(List.of(), List.of(Shop.class));

    assertThat(trust.trusts(Shop.class.getName())).isTrue();
    assertThat(trust.trusts(Shop.Line.class.getName())).isTrue();
    assertThat(trust.trusts("dev.dbos.serialization.shop.Shopper")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "*", "com.acme.*", "java", "java.util", "javax.sql", "com", "org"})
  void packagesThatWouldTrustTooMuchAreRefused(String name) {
    assertThatThrownBy(() -> Trust.of(List.of(name), List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("\"" + name + "\" cannot be a trusted package");
  }

  @Test
  void twoClassesCannotShareALogicalName() {
    assertThatThrownBy(() -> Trust.of(List.of(), List.of(Shop.Voucher.class, OtherVoucher.class)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Two classes have the logical name \"gift-voucher\"");
  }

  @Test
  void anUntrustedNameIsNotEvenLoaded() {
    assertThatThrownBy(() -> Trust.jdkOnly().load("dev.dbos.serialization.rogue.Gadget"))
        .isInstanceOf(SerializationException.class)
        .hasMessage(
            "The stored value names the class dev.dbos.serialization.rogue.Gadget, which is not"
                + " trusted; to allow it add"
                + " DBOS.builder(...).trustedPackages(\"dev.dbos.serialization.rogue\")");
  }

  @Test
  void aTrustedClassThatIsGoneIsNamed() {
    assertThatThrownBy(() -> Trust.of(List.of("com.acme"), List.of()).load("com.acme.Old"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("names the class com.acme.Old, which is not there any more");
  }

  @Test
  void aTypeRefKnowsItsGenericType() {
    TypeRef<List<String>> strings = new TypeRef<>() {};

    assertThat(strings.type().getTypeName()).isEqualTo("java.util.List<java.lang.String>");
    assertThat(strings)
        .isEqualTo(new TypeRef<List<String>>() {})
        .hasToString(strings.type().getTypeName());
    assertThat(strings.hashCode()).isEqualTo(new TypeRef<List<String>>() {}.hashCode());
    assertThat(strings).isNotEqualTo(new TypeRef<List<Integer>>() {});
  }
}
