package dev.dbos.internal.sql;

import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;

/**
 * jOOQ for our own tables: the generated types, with the schema they were generated in replaced.
 */
public final class SystemDsl {
  static {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  /** The schema the types were generated in. */
  public static final String GENERATED_SCHEMA = "dbos";

  private SystemDsl() {}

  /** A context that renders, and runs on a connection given later. */
  public static DSLContext of(Dialect dialect, String schema) {
    return DSL.using(
        new DefaultConfiguration()
            .set(dialect.jooq())
            .set(settings(dialect.jooq(), schema))
            .set(new StorableBindings()));
  }

  private static Settings settings(SQLDialect dialect, String schema) {
    Settings settings =
        new Settings()
            .withRenderQuotedNames(RenderQuotedNames.ALWAYS)
            .withExecuteLogging(false)
            .withRenderSchema(dialect != SQLDialect.SQLITE);
    if (!schema.equals(GENERATED_SCHEMA)) {
      settings.withRenderMapping(
          new RenderMapping()
              .withSchemata(new MappedSchema().withInput(GENERATED_SCHEMA).withOutput(schema)));
    }
    return settings;
  }
}
