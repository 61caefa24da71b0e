package dev.dbos.conformance;

import dev.dbos.datasource.DatasourceBuilder;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.datasource.jooq.JooqDatasource;
import javax.sql.DataSource;

/** A kind of datasource the suite runs on. */
public enum Adapter {
  JDBC {
    @Override
    Shop open(String url, Options options) {
      return new Shop(options.applyTo(JdbcDatasource.builder(url)).build(), JdbcShopTables::new);
    }

    @Override
    Shop adopt(DataSource dataSource, Options options) {
      return new Shop(
          options.applyTo(JdbcDatasource.builder(dataSource)).build(), JdbcShopTables::new);
    }
  },
  JOOQ {
    @Override
    Shop open(String url, Options options) {
      return new Shop(options.applyTo(JooqDatasource.builder(url)).build(), JooqShopTables::new);
    }

    @Override
    Shop adopt(DataSource dataSource, Options options) {
      return new Shop(
          options.applyTo(JooqDatasource.builder(dataSource)).build(), JooqShopTables::new);
    }
  };

  /** Settings of a builder, whichever it is. */
  interface Options {
    /** A datasource named shop, with the defaults. */
    Options DEFAULT = named("shop");

    /** Sets them. */
    <B extends DatasourceBuilder<B, ?>> B applyTo(B builder);

    /** A datasource with the defaults and a name. */
    static Options named(String name) {
      return new Options() {
        @Override
        public <B extends DatasourceBuilder<B, ?>> B applyTo(B builder) {
          return builder.name(name).pool(Pooling.options());
        }
      };
    }
  }

  /** A pool of its own. */
  abstract Shop open(String url, Options options);

  /** The pool of the test. */
  abstract Shop adopt(DataSource dataSource, Options options);
}
