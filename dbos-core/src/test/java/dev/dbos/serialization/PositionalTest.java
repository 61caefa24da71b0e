package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.SerializationException;
import dev.dbos.workflow.Tick;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records that stand for several arguments of a workflow. */
class PositionalTest {
  private static final PortableJson JSON = new PortableJson();
  private static final Instant NIGHT = Instant.parse("2026-03-01T03:00:00Z");

  @Positional
  record Purchase(String sku, int count, @Nullable BigDecimal price) {}

  record Plain(String sku) {}

  @Test
  void itsComponentsAreTheArguments() {
    String text = JSON.encodeArguments(List.of(new Purchase("tea", 2, new BigDecimal("1.10"))));

    assertThat(text).isEqualTo("{\"positionalArgs\":[\"tea\",2,\"1.10\"],\"namedArgs\":{}}");
    assertThat(JSON.decodeArgument(text, Purchase.class))
        .isEqualTo(new Purchase("tea", 2, new BigDecimal("1.10")));
  }

  @Test
  void missingOnesAreNullAndNamedOnesAreTakenByTheirNames() {
    assertThat(
            JSON.decodeArgument(
                "{\"positionalArgs\":[\"tea\"],\"namedArgs\":{\"count\":3}}", Purchase.class))
        .isEqualTo(new Purchase("tea", 3, null));
  }

  @Test
  void moreThanThereAreComponentsAreRefused() {
    assertThatThrownBy(
            () -> JSON.decodeArgument("{\"positionalArgs\":[\"tea\",1,2,3]}", Purchase.class))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("expected at most 3 arguments but got 4");
  }

  @Test
  void aTypeParameterIsReadByTheDeclaredType() {
    var type = new TypeRef<Tick<List<Plain>>>() {}.type();
    String text = JSON.encodeArguments(List.of(new Tick<>(NIGHT, List.of(new Plain("tea")))));

    assertThat(text)
        .isEqualTo(
            "{\"positionalArgs\":[\"2026-03-01T03:00:00.000Z\",[{\"sku\":\"tea\"}]],"
                + "\"namedArgs\":{}}");
    assertThat(JSON.decodeArgument(text, type))
        .isEqualTo(new Tick<>(NIGHT, List.of(new Plain("tea"))));
  }

  @Test
  void aTimeAsPythonWritesItIsRead() {
    assertThat(
            JSON.decodeArgument(
                "{\"positionalArgs\":[\"2026-03-01T03:00:00+00:00\",null],\"namedArgs\":{}}",
                new TypeRef<Tick<Void>>() {}.type()))
        .isEqualTo(new Tick<Void>(NIGHT, null));
  }

  @Test
  void otherArgumentsAreOne() {
    assertThat(JSON.encodeArguments(List.of(new Plain("tea"))))
        .isEqualTo("{\"positionalArgs\":[{\"sku\":\"tea\"}],\"namedArgs\":{}}");
    assertThat(JSON.encodeArguments(Collections.singletonList(null)))
        .isEqualTo("{\"positionalArgs\":[null],\"namedArgs\":{}}");
  }
}
