package dev.dbos.serialization.shop;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.dbos.serialization.LogicalName;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The classes of a shop, one for each kind of thing that a step may return. */
public final class Shop {

  private Shop() {}

  public record Line(String sku, int quantity, BigDecimal price) {}

  public record Order(
      long id,
      Status status,
      List<Line> lines,
      Map<String, Set<Integer>> shelves,
      Optional<String> note,
      Instant placed,
      @Nullable Object extra) {}

  public record Box<T>(T content) {}

  @SuppressWarnings("ArrayRecordComponent") // users have them
  public record Shelf(Box<Line> box, double weight, char row, float height, int[] counts) {}

  public enum Status {
    OPEN,
    SHIPPED {
      @Override
      public String toString() {
        return "on its way";
      }
    }
  }

  public sealed interface Rating {}

  public enum Stars implements Rating {
    ONE,
    FIVE
  }

  public record Review(String text) implements Rating {}

  public record Feedback(Rating rating, Stars stars, List<Rating> more) {}

  public sealed interface Payment {}

  public record Card(String number, int cents) implements Payment {}

  public record Cash(int cents) implements Payment {}

  @LogicalName("gift-voucher")
  public record Voucher(String code) implements Payment {}

  public record Checkout(Payment payment, List<Payment> parts) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({@JsonSubTypes.Type(Parcel.class), @JsonSubTypes.Type(Letter.class)})
  public interface Shipment {}

  @JsonTypeName("parcel")
  public record Parcel(int grams) implements Shipment {}

  @JsonTypeName("letter")
  public record Letter(String stamp) implements Shipment {}

  /** A bean with a constructor, private state and a subclass. */
  public static class Customer {
    private final String name;
    private final List<String> tags = new ArrayList<>();

    public Customer(@JsonProperty("name") String name, @JsonProperty("tags") List<String> tags) {
      this.name = name;
      this.tags.addAll(tags);
    }

    public String greeting() {
      return "Dear " + name;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Customer that
          && getClass() == that.getClass()
          && name.equals(that.name)
          && tags.equals(that.tags);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, tags);
    }
  }

  public static class Member extends Customer {
    public Member(@JsonProperty("name") String name, @JsonProperty("tags") List<String> tags) {
      super(name, tags);
    }
  }

  public record Account(Customer owner) {}

  /** Setters and getters as of old. */
  public static class Address {
    private @Nullable String street;
    private @Nullable Object floor;

    public @Nullable String getStreet() {
      return street;
    }

    public void setStreet(@Nullable String street) {
      this.street = street;
    }

    public @Nullable Object getFloor() {
      return floor;
    }

    public void setFloor(@Nullable Object floor) {
      this.floor = floor;
    }
  }

  /** Cannot be made again: its constructor asks for something else than it keeps. */
  public static class Sealing {
    private final int wax;

    public Sealing(String recipe) {
      this.wax = recipe.length();
    }

    public int wax() {
      return wax;
    }
  }

  public static class Crate {
    public @Nullable Object content;
  }

  public static class Lines extends ArrayList<Line> {
    private static final long serialVersionUID = 1L;
  }

  @SuppressWarnings("ClassCanBeStatic") // refused for just that
  public class Inner {
    public int value = 1;
  }

  public static Inner inner() {
    return new Shop().new Inner();
  }

  public static class OutOfStock extends Exception {
    private static final long serialVersionUID = 1L;
    private final String sku;
    private final int missing;

    public OutOfStock(String sku, int missing, @Nullable Throwable cause) {
      super(missing + " of " + sku + " are missing", cause);
      this.sku = sku;
      this.missing = missing;
    }

    public String sku() {
      return sku;
    }

    public int getMissing() {
      return missing;
    }
  }

  public static class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(@Nullable String message) {
      super(message);
    }
  }

  public static class GatewayError extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int code;
    private final transient Map<String, Object> data;

    public GatewayError(String message, int code, Map<String, Object> data) {
      super(message);
      this.code = code;
      this.data = data;
    }

    public int code() {
      return code;
    }

    public Map<String, Object> data() {
      return data;
    }
  }

  /** Restored through its setter. */
  public static class Throttled extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private int seconds;

    public Throttled(String message) {
      super(message);
    }

    public int getSeconds() {
      return seconds;
    }

    public void setSeconds(int seconds) {
      this.seconds = seconds;
    }
  }

  /** Its payload has no {@code equals}. */
  public static class Undeliverable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // never serialized by Java
    private final Address address;

    public Undeliverable(String message, Address address) {
      super(message);
      this.address = address;
    }

    public Address address() {
      return address;
    }
  }

  /** Holds state that nothing gives back. */
  public static class Secretive extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long ticket = System.nanoTime();

    public Secretive(String message) {
      super(message);
    }

    public boolean isOdd() {
      return ticket % 2 == 1;
    }
  }

  public static class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message today");
    }
  }
}
