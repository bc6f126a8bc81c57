package dev.ekiden.postgres;

import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Handle;

/**
 * Brings a module's tables to the version of this build, or checks that they are.
 *
 * <p>Each module has its own numbered SQL files ({@code
 * classpath:dev/ekiden/<module>/migration/V1__….sql}, in which {@code ${schema}} is the schema) and
 * its own history table {@code <schema>.<module>_migrations}. A host application's own Flyway and
 * its {@code flyway_schema_history} are neither read nor touched.
 */
public final class Migrations {

  private static final Pattern IDENTIFIER = Pattern.compile("[a-z][a-z0-9_]{0,39}");

  /**
   * One process at a time migrates a module, and the others wait up to ten minutes for it. Flyway
   * locks its history table, but two processes that both find none can still meet while it is made.
   * The transaction of the lock stands idle while Flyway works on connections of its own.
   */
  private static final String LOCK =
      """
      SET LOCAL lock_timeout = '10min';
      SET LOCAL idle_in_transaction_session_timeout = 0;
      """;

  private Migrations() {}

  /**
   * Creates the schema and runs the migrations that are missing. Several processes may call this at
   * once: one migrates, the others wait for it. Takes three connections of the database's pool.
   *
   * @param module such as {@code engine}
   * @param schema such as {@code ekiden}
   * @throws SchemaVersionException if the database is newer than this build, or if an applied
   *     migration differs from the one in this build, or a migration fails
   */
  public static void apply(Database database, String module, String schema) {
    requireIdentifier("module", module);
    requireIdentifier("schema", schema);
    MigrationFiles files = MigrationFiles.of(module);
    createSchema(database, schema);
    OptionalInt applied = appliedVersion(database, module, schema);
    if (applied.isPresent() && applied.getAsInt() > files.newest()) {
      throw newer(files, schema, applied.getAsInt());
    }
    FluentConfiguration flyway =
        Flyway.configure(MigrationFiles.classLoader(module))
            .dataSource(database.dataSource())
            .locations("classpath:" + MigrationFiles.directory(module))
            .defaultSchema(schema)
            .schemas(schema)
            .createSchemas(false)
            .table(historyTable(module))
            .baselineOnMigrate(true)
            .baselineVersion("0")
            .placeholders(Map.of("schema", schema))
            .validateMigrationNaming(true)
            .failOnMissingLocations(true)
            .cleanDisabled(true)
            .loggers("slf4j");
    try {
      database.useTransaction(handle -> {
        handle.execute(LOCK);
        lock(handle, "migrations of " + module + " in schema " + schema);
        flyway.load().migrate();
      });
    } catch (FlywayException e) {
      throw new SchemaVersionException(
          module,
          "The migrations of " + module + " in schema " + schema + " failed: " + e.getMessage(),
          e);
    }
  }

  /**
   * Checks, with one short query, that the schema is one that this build works on. Never changes
   * anything.
   *
   * @throws SchemaVersionException if the schema is missing, older than the oldest this build works
   *     on, or newer than the newest it knows
   */
  public static void requireCurrent(Database database, String module, String schema) {
    requireIdentifier("module", module);
    requireIdentifier("schema", schema);
    MigrationFiles files = MigrationFiles.of(module);
    OptionalInt applied = appliedVersion(database, module, schema);
    if (applied.isEmpty()) {
      throw new SchemaVersionException(
          module,
          "The database has no tables of "
              + module
              + " in schema "
              + schema
              + ": run `ekiden up` or `ekiden migrate` first, or call migrate() in your program");
    }
    if (applied.getAsInt() > files.newest()) {
      throw newer(files, schema, applied.getAsInt());
    }
    if (applied.getAsInt() < files.oldest()) {
      throw new SchemaVersionException(
          module,
          "The tables of "
              + module
              + " in schema "
              + schema
              + " have version "
              + applied.getAsInt()
              + ", but this build works on version "
              + files.range()
              + ": run `ekiden up` or `ekiden migrate` of this build first");
    }
  }

  private static SchemaVersionException newer(MigrationFiles files, String schema, int applied) {
    return new SchemaVersionException(
        files.module(),
        "The tables of "
            + files.module()
            + " in schema "
            + schema
            + " have version "
            + applied
            + ", which a newer build made; this build works on version "
            + files.range()
            + ": use the newer build");
  }

  private static OptionalInt appliedVersion(Database database, String module, String schema) {
    return database.withHandle(handle -> {
      String table = schema + "." + historyTable(module);
      if (!exists(handle, table)) {
        return OptionalInt.empty();
      }
      int version =
          handle
              .createQuery(
                  """
                  SELECT coalesce(max(CAST(version AS integer)), 0)
                  FROM %s
                  WHERE success
                  """
                      .formatted(table))
              .mapTo(int.class)
              .one();
      return version == 0 ? OptionalInt.empty() : OptionalInt.of(version);
    });
  }

  private static boolean exists(Handle handle, String table) {
    return handle
        .createQuery("SELECT to_regclass(:table) IS NOT NULL")
        .bind("table", table)
        .mapTo(boolean.class)
        .one();
  }

  /** IF NOT EXISTS alone fails when two do it at once; the lock ends with the transaction. */
  private static void createSchema(Database database, String schema) {
    database.useTransaction(handle -> {
      lock(handle, "schema " + schema);
      handle.execute("CREATE SCHEMA IF NOT EXISTS " + schema);
    });
  }

  private static void lock(Handle handle, String what) {
    handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", what);
  }

  private static String historyTable(String module) {
    return module + "_migrations";
  }

  private static void requireIdentifier(String what, String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A " + what + " is named with a-z, 0-9 and _, at most 40 characters, not " + name);
    }
  }
}
