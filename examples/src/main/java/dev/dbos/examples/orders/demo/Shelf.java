package dev.dbos.examples.orders.demo;

import static dev.dbos.examples.orders.db.Tables.PRODUCTS;

import java.util.List;
import org.jooq.DSLContext;

/** The products at one moment. */
record Shelf(List<Product> products) {
  private static final int FULL = 100;

  /**
   * A product.
   *
   * @param sku what it is
   * @param cents its price
   * @param stock how much there is
   */
  record Product(String sku, int cents, int stock) {}

  /** Fills it up. */
  static Shelf refill(DSLContext tx) {
    tx.update(PRODUCTS).set(PRODUCTS.STOCK, FULL).execute();
    return read(tx);
  }

  /** Looks at it. */
  static Shelf read(DSLContext tx) {
    return new Shelf(
        tx.selectFrom(PRODUCTS)
            .orderBy(PRODUCTS.SKU)
            .fetch(row -> new Product(row.getSku(), row.getPriceCents(), row.getStock())));
  }

  /** One of the products. */
  Product product(String sku) {
    return products.stream().filter(each -> each.sku().equals(sku)).findFirst().orElseThrow();
  }
}
