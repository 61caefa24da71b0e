package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.SerializationException;
import dev.dbos.serialization.rogue.Coupon;
import dev.dbos.serialization.shop.Shop;
import dev.dbos.serialization.shop.Shop.Box;
import dev.dbos.serialization.shop.Shop.Crate;
import dev.dbos.serialization.shop.Shop.Sealing;
import java.io.ByteArrayInputStream;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaggedJsonRefusalTest {

  private static final String REMEDY =
      "it is not trusted; to allow it add"
          + " DBOS.builder(...).trustedPackages(\"dev.dbos.serialization.rogue\")";

  private final TaggedJson json =
      TaggedJson.trusting(Trust.of(List.of("dev.dbos.serialization.shop"), List.of()));

  @Test
  void anUntrustedClassIsRefusedOnTheFirstRunWithTheRemedy() {
    assertThatThrownBy(() -> json.serialize(new Coupon("X")))
        .isInstanceOf(SerializationException.class)
        .hasMessage("dev.dbos.serialization.rogue.Coupon cannot be stored: " + REMEDY);
  }

  @Test
  void anUntrustedClassIsFoundHoweverDeepItIs() {
    Crate crate = new Crate();
    crate.content = Optional.of(new Coupon("X"));
    for (Object value :
        List.of(
            List.of(new Coupon("X")),
            Map.of("k", new Coupon("X")),
            Map.of(new Coupon("X"), 1),
            new Object[] {new Coupon("X")},
            new Coupon[0],
            new Box<>(List.of(new Box<>(new Coupon("X")))),
            crate)) {
      assertThatThrownBy(() -> json.serialize(value))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("cannot be stored")
          .hasMessageEndingWith(REMEDY);
    }
    assertThatThrownBy(() -> json.serialize(new ArrayList<>(List.of(1, new Coupon("X")))))
        .hasMessageContaining("Coupon cannot be stored (found at /1): ");
  }

  @Test
  void whatIsNoDataIsRefusedWithTheReason() throws SQLException {
    Supplier<String> lambda = () -> "tea";
    assertRefused(lambda, "it is a lambda or proxy");
    assertRefused(new ByteArrayInputStream(new byte[0]), "it is an open resource");
    assertRefused(Shop.inner(), "it is an anonymous or inner class");
    assertRefused(new Object() {}, "it is an anonymous or inner class");
    assertRefused(new IllegalStateException(), "it is an exception");
    assertRefused(new AtomicInteger(), "it is not a value type");
    assertRefused(Thread.currentThread(), "it is an open resource");
    assertRefused(String.class, "it is not a value type");
    assertRefused(new Object(), "it is not a value type");
    assertRefused(new TreeSet<>(Comparator.comparingInt(String::length)), "with a comparator");
    try (var connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      assertRefused(connection, "it is an open resource");
    }
  }

  @Test
  void aValueThatContainsItselfIsRefused() {
    Crate crate = new Crate();
    crate.content = new ArrayList<>(List.of(crate));
    assertRefused(crate, "it contains itself; break the cycle");
    List<Object> list = new ArrayList<>();
    list.add(Map.of("list", list));
    assertRefused(list, "it contains itself");
  }

  @Test
  void theSameObjectMayAppearTwice() {
    List<Integer> shared = new ArrayList<>(List.of(1));
    assertThat(json.deserialize(json.serialize(List.of(shared, shared))))
        .isEqualTo(List.of(shared, shared));
  }

  @Test
  void aClassThatCannotBeMadeAgainIsRefused() {
    assertRefused(new Sealing("recipe"), Sealing.class.getName() + " cannot be stored, since");
  }

  @Test
  void aDeeplyNestedValueIsRefusedRatherThanStoredUnreadably() {
    Object value = 1;
    for (int i = 0; i < 10_000; i++) {
      value = new ArrayList<>(List.of(value));
    }
    assertRefused(value, "The value cannot be stored");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"@type\":\"dev.dbos.serialization.rogue.Gadget\",\"@value\":{\"command\":\"rm\"}}",
        "[{\"@type\":\"dev.dbos.serialization.rogue.Gadget[]\",\"@value\":[]}]",
        "{\"@type\":\"[Ldev.dbos.serialization.rogue.Gadget;\",\"@value\":[]}",
        "{\"@type\":\"dev.dbos.serialization.shop.Shop$Box\",\"@value\":"
            + "{\"content\":{\"@type\":\"dev.dbos.serialization.rogue.Gadget\",\"@value\":{}}}}",
        "{\"@type\":\"java.util.EnumSet\",\"@value\":"
            + "{\"of\":\"dev.dbos.serialization.rogue.Gadget\",\"values\":[]}}",
        "{\"@type\":\"java.lang.ProcessBuilder\",\"@value\":{\"command\":[\"rm\"]}}"
      })
  void aHostileNameIsRefusedBeforeItsClassIsLoaded(String text) {
    assertThatThrownBy(() -> json.deserialize(text))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("is not trusted");
    assertThat(System.getProperty("dev.dbos.serialization.rogue.loaded")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "1 2",
        "{\"@type\":\"java.time.Instant\",\"@value\":7}",
        "{\"@type\":\"java.time.Instant\",\"@value\":\"soon\"}",
        "{\"@type\":\"java.time.Instant\",\"@value\":{}}",
        "{\"@type\":7,\"@value\":7}",
        "{\"@type\":null,\"@value\":7}",
        "{\"@type\":\"\",\"@value\":7}",
        "{\"@type\":\"java.lang.Character\",\"@value\":\"\"}",
        "{\"@type\":\"java.lang.Long\",\"@value\":\"x\"}",
        "{\"@type\":\"java.util.Set\",\"@value\":7}",
        "{\"@type\":\"java.util.HashMap\",\"@value\":[1]}",
        "{\"@type\":\"java.util.HashMap\",\"@value\":7}",
        "{\"@type\":\"java.util.TreeSet\",\"@value\":[1,\"a\"]}",
        "{\"@type\":\"java.util.Map$Entry\",\"@value\":[1]}",
        "{\"@type\":\"java.util.Optional\",\"@value\":[1,2]}",
        "{\"@type\":\"java.util.OptionalInt\",\"@value\":[\"x\"]}",
        "{\"@type\":\"java.util.EnumSet\",\"@value\":{\"values\":[]}}",
        "{\"@type\":\"java.util.EnumSet\",\"@value\":{\"of\":\"java.lang.String\",\"values\":[]}}",
        "{\"@type\":\"java.util.EnumMap\",\"@value\":[[1,2]]}",
        "{\"@type\":\"java.util.concurrent.TimeUnit\",\"@value\":\"WEEKS\"}",
        "{\"@type\":\"java.lang.Object\",\"@value\":{}}",
        "{\"@type\":\"java.lang.IllegalStateException\",\"@value\":{}}",
        "{\"@type\":\"int[]\",\"@value\":[\"x\"]}",
        "{\"@type\":\"int[]\",\"@value\":[null]}",
        "{\"@type\":\"[]\",\"@value\":[]}",
        "{\"@type\":\"dev.dbos.serialization.shop.Shop$Line\",\"@value\":[]}",
        "{\"@type\":\"dev.dbos.serialization.shop.Shop$Line\",\"@value\":{\"quantity\":\"x\"}}",
        "{\"@type\":\"dev.dbos.serialization.shop.Shop$Account\",\"@value\":{\"owner\":"
            + "{\"@type\":\"dev.dbos.serialization.shop.Shop$Cash\",\"@value\":{}}}}",
        "{\"@type\":\"dev.dbos.serialization.shop.Shop$Payment\",\"@value\":{}}",
        "{\"@type\":\"dev.dbos.serialization.shop.Shop$Gone\",\"@value\":{}}"
      })
  void textOfTheWrongShapeIsRefused(String text) {
    assertThatThrownBy(() -> json.deserialize(text)).isInstanceOf(SerializationException.class);
  }

  @Test
  void deeplyNestedTextIsRefusedWithoutExhaustingTheStack() {
    for (String open : List.of("[", "{\"a\":", "{\"@type\":\"java.util.List\",\"@value\":[")) {
      assertThatThrownBy(() -> json.deserialize(open.repeat(100_000)))
          .isInstanceOf(SerializationException.class);
    }
  }

  @Test
  void anUntrustingCodecStoresTheJdksValuesOnly() {
    TaggedJson strict = TaggedJson.trusting(Trust.jdkOnly());

    assertThat(strict.deserialize(strict.serialize(new HashMap<>(Map.of("k", 1L)))))
        .isEqualTo(Map.of("k", 1L));
    assertThatThrownBy(() -> strict.serialize(Shop.Status.SHIPPED))
        .hasMessageContaining("trustedPackages(\"dev.dbos.serialization.shop\")");
  }

  private void assertRefused(Object value, String reason) {
    assertThatThrownBy(() -> json.serialize(value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> json.serialize(new Box<>(value)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(reason);
  }
}
