package dev.dbos.conformance;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import java.sql.Connection;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** By jOOQ's statements. */
record JooqShopTables(DSLContext tx) implements ShopTables {
  private static final Table<Record> STOCK = table(name("stock"));
  private static final Table<Record> RESERVATION = table(name("reservation"));
  private static final Field<String> SKU = field(name("sku"), String.class);
  private static final Field<Integer> QUANTITY = field(name("quantity"), Integer.class);

  @Override
  public int reserve(String sku) {
    tx.insertInto(RESERVATION).columns(SKU).values(sku).execute();
    return Objects.requireNonNull(
        tx.update(STOCK)
            .set(QUANTITY, QUANTITY.minus(1))
            .where(SKU.eq(sku))
            .returning(QUANTITY)
            .fetchOne(QUANTITY));
  }

  @Override
  public int execute(String sql) {
    return tx.execute(sql);
  }

  @Override
  public @Nullable String value(String sql) {
    Record row = tx.fetchOne(sql);
    return row == null ? null : row.get(0, String.class);
  }

  @Override
  public Connection connection() {
    return Objects.requireNonNull(tx.configuration().connectionProvider().acquire());
  }
}
