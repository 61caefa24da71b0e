package dev.dbos.conformance;

import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.util.ArrayList;
import java.util.List;

/**
 * Fresh databases for one test: one for the system tables and one for the application, which are
 * the same or different.
 */
public final class Site implements AutoCloseable {
  /** Whether the application's tables are in the system database. */
  public enum Arrangement {
    SAME_DATABASE,
    DIFFERENT_DATABASE
  }

  private final Product product;
  private final List<TempSqlite> files = new ArrayList<>();
  private final List<String> databases = new ArrayList<>();
  private final String systemUrl;
  private final String applicationUrl;

  private Site(Product product, Arrangement arrangement) {
    this.product = product;
    this.systemUrl = newDatabase();
    this.applicationUrl = arrangement == Arrangement.SAME_DATABASE ? systemUrl : newDatabase();
  }

  /** Makes the databases. */
  public static Site of(Product product, Arrangement arrangement) {
    return new Site(product, arrangement);
  }

  /** Makes one database for everything. */
  public static Site of(Product product) {
    return new Site(product, Arrangement.SAME_DATABASE);
  }

  private String newDatabase() {
    if (product == Product.POSTGRESQL) {
      TestPostgres server = TestPostgres.shared();
      String database = server.createDatabase();
      databases.add(database);
      return server.url(database);
    }
    TempSqlite file = TempSqlite.create();
    files.add(file);
    return file.url();
  }

  /** A further database of the same product. */
  public String anotherUrl() {
    return newDatabase();
  }

  /** The product. */
  public Product product() {
    return product;
  }

  /** The URL of the system database. */
  public String systemUrl() {
    return systemUrl;
  }

  /** The URL of the application's database. */
  public String applicationUrl() {
    return applicationUrl;
  }

  /** The database name in a PostgreSQL URL of this site. */
  public static String databaseName(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  @Override
  public void close() {
    files.forEach(TempSqlite::close);
    databases.forEach(database -> TestPostgres.shared().dropDatabase(database));
  }
}
