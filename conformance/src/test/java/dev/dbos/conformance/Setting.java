package dev.dbos.conformance;

import dev.dbos.conformance.Site.Arrangement;
import java.util.Arrays;
import java.util.stream.Stream;

/** One of the combinations that behave alike. */
public record Setting(Adapter adapter, Product product, Arrangement arrangement) {
  /** Every combination. */
  public static Stream<Setting> all() {
    return Arrays.stream(Adapter.values())
        .flatMap(
            adapter ->
                Arrays.stream(Product.values())
                    .flatMap(
                        product ->
                            Arrays.stream(Arrangement.values())
                                .map(where -> new Setting(adapter, product, where))));
  }

  /** Both adapters and both arrangements on PostgreSQL. */
  public static Stream<Setting> postgres() {
    return all().filter(setting -> setting.product() == Product.POSTGRESQL);
  }

  /** Both adapters on PostgreSQL, with two databases. */
  public static Stream<Setting> postgresApart() {
    return postgres().filter(Setting::isApart);
  }

  /** One adapter on PostgreSQL, with one database. */
  public static Stream<Setting> postgresTogether() {
    return postgres().filter(setting -> setting.adapter() == Adapter.JDBC && !setting.isApart());
  }

  /** Both adapters and both arrangements on SQLite. */
  public static Stream<Setting> sqlite() {
    return all().filter(setting -> setting.product() == Product.SQLITE);
  }

  /** The jOOQ adapter on both products, in both arrangements. */
  public static Stream<Setting> jooq() {
    return all().filter(setting -> setting.adapter() == Adapter.JOOQ);
  }

  /** Both adapters and both products, with two databases. */
  public static Stream<Setting> apart() {
    return all().filter(Setting::isApart);
  }

  /** Both adapters and both products, with one database. */
  public static Stream<Setting> together() {
    return all().filter(setting -> !setting.isApart());
  }

  /** Both products in both arrangements, each with one of the adapters. */
  public static Stream<Setting> alternating() {
    return all()
        .filter(
            setting ->
                (setting.adapter() == Adapter.JOOQ)
                    == (setting.product() == Product.SQLITE ^ setting.isApart()));
  }

  /** Whether the results go to the user's database first. */
  public boolean isApart() {
    return arrangement == Arrangement.DIFFERENT_DATABASE;
  }

  @Override
  public String toString() {
    return adapter + " on " + product + ", " + arrangement;
  }
}
