package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.ekiden.testkit.TestDatabase;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationsTest {

  @RegisterExtension
  static final TestDatabase test = TestDatabase.withMigrations(database -> {}, "nothing");

  private final Database database = test.database();

  @BeforeEach
  void empty() {
    database.useTransaction(handle -> handle.execute("DROP SCHEMA IF EXISTS house CASCADE"));
  }

  @Test
  void makeTheTablesOnce() {
    Migrations.apply(database, "sample", "house");
    execute("INSERT INTO house.sample (id, name, place) VALUES (1, 'a', 'b')");
    Migrations.apply(database, "sample", "house");
    assertThat(count("house.sample")).isEqualTo(1);
    assertThat(count("house.sample_migrations WHERE version IN ('1', '2', '3')")).isEqualTo(3);
  }

  @Test
  void ofSeveralModulesShareASchema() {
    Migrations.apply(database, "sample", "house");
    Migrations.apply(database, "postgres", "house");
    assertThat(count("house.leader_lease")).isZero();
    Migrations.requireCurrent(database, "sample", "house");
    Migrations.requireCurrent(database, "postgres", "house");
  }

  @RepeatedTest(10)
  void ofSeveralProcessesAtOnceRunOnce() throws Exception {
    int processes = 4;
    CountDownLatch together = new CountDownLatch(processes);
    try (ExecutorService threads = Executors.newFixedThreadPool(processes)) {
      List<Future<?>> running = new ArrayList<>();
      for (int process = 0; process < processes; process++) {
        running.add(threads.submit(() -> migrateAsOneOfMany(together)));
      }
      for (Future<?> process : running) {
        process.get();
      }
    }
    assertThat(count("house.sample_migrations WHERE version <> '0'")).isEqualTo(3);
    assertThat(count("house.sample_migrations WHERE NOT success")).isZero();
  }

  private void migrateAsOneOfMany(CountDownLatch together) {
    try (Database own = Database.open(test.address(), 3, "one of many")) {
      together.countDown();
      together.await();
      Migrations.apply(own, "sample", "house");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void leaveTheHostsOwnFlywayAlone() {
    execute("CREATE TABLE public.flyway_schema_history (theirs text)");
    try {
      Migrations.apply(database, "sample", "house");
      assertThat(count("public.flyway_schema_history")).isZero();
    } finally {
      execute("DROP TABLE public.flyway_schema_history");
    }
  }

  @Test
  void areRequired() {
    assertThatExceptionOfType(SchemaVersionException.class)
        .isThrownBy(() -> Migrations.requireCurrent(database, "sample", "house"))
        .withMessage(
            "The database has no tables of sample in schema house: run `ekiden up` or `ekiden"
                + " migrate` first, or call migrate() in your program")
        .satisfies(missing -> assertThat(missing.module()).isEqualTo("sample"));
    Migrations.apply(database, "sample", "house");
    assertThatNoException()
        .isThrownBy(() -> Migrations.requireCurrent(database, "sample", "house"));
  }

  @Test
  void mayBeAsOldAsTheBuildSupports() {
    Migrations.apply(database, "sample", "house");
    execute("DELETE FROM house.sample_migrations WHERE version = '3'");
    Migrations.requireCurrent(database, "sample", "house");
    execute("DELETE FROM house.sample_migrations WHERE version = '2'");
    assertThatExceptionOfType(SchemaVersionException.class)
        .isThrownBy(() -> Migrations.requireCurrent(database, "sample", "house"))
        .withMessageContaining("have version 1, but this build works on version 2 to 3: run");
  }

  @Test
  void mustNotBeNewerThanTheBuild() {
    Migrations.apply(database, "sample", "house");
    execute(
        """
        INSERT INTO house.sample_migrations
        SELECT installed_rank + 1, '10', description, type, script, checksum, installed_by,
               installed_on, execution_time, success
        FROM house.sample_migrations
        WHERE version = '3'
        """);
    String message =
        "have version 10, which a newer build made; this build works on version 2 to 3";
    assertThatExceptionOfType(SchemaVersionException.class)
        .isThrownBy(() -> Migrations.requireCurrent(database, "sample", "house"))
        .withMessageContaining(message);
    assertThatExceptionOfType(SchemaVersionException.class)
        .isThrownBy(() -> Migrations.apply(database, "sample", "house"))
        .withMessageContaining(message);
  }

  @Test
  void mustNotChangeOnceApplied() {
    Migrations.apply(database, "sample", "house");
    execute("UPDATE house.sample_migrations SET checksum = 1 WHERE version = '2'");
    assertThatExceptionOfType(SchemaVersionException.class)
        .isThrownBy(() -> Migrations.apply(database, "sample", "house"))
        .withMessageContaining("checksum mismatch");
  }

  @Test
  void failWhole() {
    assertThatExceptionOfType(SchemaVersionException.class)
        .isThrownBy(() -> Migrations.apply(database, "broken", "house"))
        .withMessageContaining("column \"nonsense\" does not exist");
    assertThat(count("pg_class WHERE relname = 'half'")).isZero();
    assertThatExceptionOfType(SchemaVersionException.class)
        .isThrownBy(() -> Migrations.requireCurrent(database, "broken", "house"))
        .withMessageContaining("has no tables of broken");
  }

  @ParameterizedTest
  @CsvSource({
    "gap, 'are not V1, V2, … but [1, 3]'",
    "misnamed, 'is named like V1__what_it_does.sql, not dev/ekiden/misnamed/migration/v1_one.sql'",
    "unsupported, 'oldest must be 1 to 1 but is 2 in dev/ekiden/unsupported/migration/'"
  })
  void areCheckedThemselves(String module, String reason) {
    assertThatIllegalStateException()
        .isThrownBy(() -> Migrations.apply(database, module, "house"))
        .withMessageContaining(reason);
  }

  @Test
  void areMissingOfAnUnknownModule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Migrations.requireCurrent(database, "unknown", "house"))
        .withMessageContaining("There is no module unknown");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "House",
        "ho\"use",
        "1house",
        "house;",
        "a23456789012345678901234567890123456789012"
      })
  void refuseABadName(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Migrations.apply(database, "sample", name))
        .withMessageContaining("at most 40 characters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Migrations.requireCurrent(database, name, "house"));
  }

  @Test
  void mayHaveALongName() {
    String longest = "a234567890123456789012345678901234567890";
    Migrations.apply(database, "sample", longest);
    assertThat(count(longest + ".sample")).isZero();
    execute("DROP SCHEMA " + longest + " CASCADE");
  }

  @Test
  void areFoundInAJarToo(@TempDir Path directory) throws Exception {
    Path jar = jar(directory, "packed", "CREATE TABLE ${schema}.packed (id bigint)");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      Migrations.apply(database, "packed", "house");
      Migrations.requireCurrent(database, "packed", "house");
      assertThat(MigrationFiles.of("packed")).isEqualTo(new MigrationFiles("packed", 1, 1));
    } finally {
      thread.setContextClassLoader(before);
    }
    assertThat(count("house.packed")).isZero();
  }

  private static Path jar(Path directory, String module, String sql) throws IOException {
    Path jar = directory.resolve("module.jar");
    try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
      String migrations = MigrationFiles.directory(module) + "/";
      entries.putNextEntry(new JarEntry(migrations));
      entries.putNextEntry(new JarEntry(migrations + "V1__one.sql"));
      entries.write(sql.getBytes(StandardCharsets.UTF_8));
      entries.closeEntry();
    }
    return jar;
  }

  private void execute(String sql) {
    database.withHandle(handle -> handle.execute(sql));
  }

  private long count(String from) {
    return database.withHandle(
        handle -> handle.createQuery("SELECT count(*) FROM " + from).mapTo(long.class).one());
  }
}
