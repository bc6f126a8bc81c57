package dev.ekiden.testkit;

import dev.ekiden.embedded.DirectoryInUseException;
import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one server of a test JVM; JUnit closes it after the last test. */
final class TestServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TestServer.class);
  private static final String PREFIX = "ekiden-test-";

  private final Path directory;
  private final EmbeddedPostgres postgres;
  private final Database maintenance;
  private final AtomicInteger databases = new AtomicInteger();

  /** Guards {@link #templates}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, String> templates = new HashMap<>();

  private TestServer() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    deleteAbandoned(temporary);
    this.directory = temporary.resolve(PREFIX + ProcessHandle.current().pid());
    EmbeddedPostgres.delete(directory);
    this.postgres = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory));
    this.maintenance = Database.open(postgres.address(), 1, "test-maintenance");
  }

  static TestServer of(ExtensionContext context) {
    // Not of the root: Maven, when it runs several JVMs, begins anew with each class it hands to
    // one.
    return context
        .getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.GLOBAL)
        .computeIfAbsent(TestServer.class, key -> new TestServer(), TestServer.class);
  }

  /** A new copy of the database that the migrations make the first time a template is asked for. */
  DatabaseAddress createDatabase(String template, Consumer<Database> migrations) {
    String source = template(template, migrations);
    String name = "test_" + databases.incrementAndGet();
    execute("CREATE DATABASE " + name + " TEMPLATE " + source);
    return addressOf(name);
  }

  void dropDatabase(DatabaseAddress address) {
    String name = address.url().substring(address.url().lastIndexOf('/') + 1);
    execute("DROP DATABASE " + name + " WITH (FORCE)");
  }

  private String template(String template, Consumer<Database> migrations) {
    lock.lock();
    try {
      String known = templates.get(template);
      if (known != null) {
        return known;
      }
      String name = "template_" + templates.size();
      execute("CREATE DATABASE " + name);
      try (Database database = Database.open(addressOf(name), 5, "test-migrations")) {
        migrations.accept(database);
      } catch (RuntimeException e) {
        execute("DROP DATABASE " + name + " WITH (FORCE)");
        throw e;
      }
      // PostgreSQL copies only a database that nobody is connected to.
      execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
      templates.put(template, name);
      return name;
    } finally {
      lock.unlock();
    }
  }

  private void execute(String statement) {
    maintenance.withHandle(handle -> handle.execute(statement));
  }

  private DatabaseAddress addressOf(String database) {
    DatabaseAddress server = postgres.address();
    String url = server.url().substring(0, server.url().lastIndexOf('/') + 1) + database;
    return new DatabaseAddress(url, server.user(), server.password());
  }

  @Override
  public void close() {
    maintenance.close();
    postgres.close();
    EmbeddedPostgres.delete(directory);
  }

  private static boolean isAbandoned(Path directory) {
    String name = directory.getFileName().toString();
    String pid = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
    return pid.matches("\\d{1,9}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
  }

  /** What test JVMs left that were killed. */
  private static void deleteAbandoned(Path temporary) {
    List<Path> directories;
    try (Stream<Path> entries = Files.list(temporary)) {
      directories = entries.filter(TestServer::isAbandoned).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list " + temporary, e);
    }
    for (Path directory : directories) {
      try {
        EmbeddedPostgres.delete(directory);
      } catch (DirectoryInUseException e) {
        log.debug("Another test JVM runs in {}", directory);
      } catch (RuntimeException e) {
        log.debug("{} stays: {}", directory, e.toString());
      }
    }
  }
}
