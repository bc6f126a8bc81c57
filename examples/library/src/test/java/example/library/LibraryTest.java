package example.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.testkit.TestDatabase;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application runs as a process with what it was given, and with nothing else. */
class LibraryTest {
  /** Not even the engine's tables are there before the application starts. */
  @RegisterExtension
  static final TestDatabase database = TestDatabase.withMigrations(empty -> {}, "empty");

  private static final String USER = "shop";
  private static final String PASSWORD = "a-password-of-the-test";

  private static final Path CLASS_PATH = Path.of("target", "runtime-classpath.txt");
  private static final Path CLASSES = Path.of("target", "classes");

  /** Release 21 in a class file. */
  private static final int JAVA_21 = 65;

  private static List<String> libraries() throws IOException {
    return Arrays.asList(Files.readString(CLASS_PATH).strip().split(File.pathSeparator));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "embedded", "testkit", "zonky", "junit", "jupiter", "opentest4j", "assertj", "jetty",
        "javalin", "jakarta", "servlet", "picocli", "prometheus", "logback", "kotlin",
            "commons-compress"
      })
  void theEngineDragsNothingIn(String unwanted) throws IOException {
    assertThat(libraries())
        .extracting(path -> path.replace(Path.of("").toAbsolutePath().toString(), ""))
        .noneMatch(path -> artifact(path).contains(unwanted));
  }

  @Test
  void theEngineBringsFewLibraries() throws IOException {
    assertThat(libraries())
        .extracting(LibraryTest::artifact)
        .anyMatch(path -> path.contains("engine"))
        .hasSizeLessThan(30);
  }

  /** The file of a library, or the module of a directory of classes. */
  private static String artifact(String path) {
    Path file = Path.of(path);
    return file.endsWith(Path.of("target", "classes"))
        ? file.getName(file.getNameCount() - 3).toString()
        : file.getFileName().toString();
  }

  @Test
  void itIsCompiledForJava21() throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            Files.newInputStream(CLASSES.resolve(Path.of("example", "library", "Main.class"))))) {
      in.skipNBytes(6);
      assertThat(in.readUnsignedShort()).isEqualTo(JAVA_21);
    }
  }

  @Test
  void itShipsWhatWasCommittedAndKeepsItsOwnMigrations(Database own) throws Exception {
    own.useTransaction(handle -> {
      handle.execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
      handle.execute("GRANT CREATE ON SCHEMA public TO " + USER);
      handle.execute(
          "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO "
              + USER
              + "', current_database()); END $$");
    });
    for (int starts = 1; starts <= 2; starts++) {
      assertThat(run())
          .contains("refused: an order needs an item")
          .contains("SUCCEEDED \"shipped a baton\"")
          .contains("java 25");
      assertThat(texts(own, "SELECT item || ' ' || shipped FROM orders"))
          .as("the refused order is rolled back, with its job")
          .hasSize(starts)
          .containsOnly("a baton true");
      assertThat(texts(own, "SELECT state || '' FROM ekiden.finished"))
          .hasSize(starts)
          .containsOnly("SUCCEEDED");
      assertThat(texts(own, "SELECT id || '' FROM ekiden.job")).isEmpty();
      assertThat(texts(own, "SELECT script FROM public.flyway_schema_history"))
          .as("the engine's migrations are not in the application's history")
          .containsExactly("V1__orders.sql");
    }
    assertThat(
            texts(
                own,
                "SELECT DISTINCT schemaname || '' FROM pg_tables WHERE schemaname NOT LIKE 'pg_%'"
                    + " AND schemaname <> 'information_schema'"))
        .containsExactlyInAnyOrder("public", "ekiden");
    assertThat(texts(own, "SELECT tablename || '' FROM pg_tables WHERE schemaname = 'public'"))
        .containsExactlyInAnyOrder("orders", "flyway_schema_history");
  }

  private static List<String> texts(Database own, String query) {
    return own.withHandle(handle -> handle.createQuery(query).mapTo(String.class).list());
  }

  private static String run() throws Exception {
    DatabaseAddress address = database.address();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            CLASSES + File.pathSeparator + String.join(File.pathSeparator, libraries()),
            "example.library.Main",
            address.url(),
            USER);
    builder.environment().put("PASSWORD", PASSWORD);
    Path output = Files.createTempFile("library", ".log");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
      String text = Files.readString(output);
      assertThat(process.exitValue()).as(text).isZero();
      return text;
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }
}
