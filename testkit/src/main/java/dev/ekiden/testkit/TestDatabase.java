package dev.ekiden.testkit;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.postgres.LeaderLease;
import dev.ekiden.postgres.Migrations;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class a PostgreSQL database of its own, migrated and otherwise empty. Declare it in
 * a static field:
 *
 * <pre>{@code
 * @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");
 * }</pre>
 *
 * <p>Tests take a {@link Database} as a parameter, or call {@link #database}. One real server runs
 * per JVM; a database is a copy of one that was migrated once, made in about a tenth of a second
 * and dropped after the class.
 */
public final class TestDatabase implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

  /** How many connections the injected database's pool has at most. */
  public static final int MAX_CONNECTIONS = 10;

  private final String template;
  private final Consumer<Database> migrations;
  private @Nullable Opened opened;

  private TestDatabase(String template, Consumer<Database> migrations) {
    this.template = template;
    this.migrations = migrations;
  }

  /**
   * A database with the tables of {@code postgres} and of these modules in the schema {@code
   * ekiden}, migrated in this order.
   */
  public static TestDatabase create(String... modules) {
    List<String> all = Stream.concat(Stream.of(LeaderLease.MODULE), Stream.of(modules)).toList();
    return withMigrations(
        database -> all.forEach(module -> Migrations.apply(database, module, LeaderLease.SCHEMA)),
        String.join(" ", all));
  }

  /**
   * A database that the migrations have made.
   *
   * @param migrations run once per JVM and name
   * @param name tells different migrations apart
   */
  public static TestDatabase withMigrations(Consumer<Database> migrations, String name) {
    return new TestDatabase(name, migrations);
  }

  /** The class's database; its pool is closed after the class. */
  public Database database() {
    return opened().database();
  }

  /** Where it is, to open more pools on it. */
  public DatabaseAddress address() {
    return opened().address();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (opened == null) {
      TestServer server = TestServer.of(context);
      DatabaseAddress address = server.createDatabase(template, migrations);
      Database database = Database.open(address, MAX_CONNECTIONS, "test");
      opened = new Opened(server, context.getUniqueId(), address, database);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    // A nested class ends before the one that the database was made for.
    if (opened != null && opened.contextId().equals(context.getUniqueId())) {
      opened.database().close();
      opened.server().dropDatabase(opened.address());
      opened = null;
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Database.class;
  }

  @Override
  public Database resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return database();
  }

  private Opened opened() {
    if (opened == null) {
      throw new IllegalStateException(
          "The test database exists while a test class runs that declares it in a static field"
              + " with @RegisterExtension");
    }
    return opened;
  }

  private record Opened(
      TestServer server, String contextId, DatabaseAddress address, Database database) {}
}
