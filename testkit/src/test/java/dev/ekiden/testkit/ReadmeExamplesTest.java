package dev.ekiden.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobFailure;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.RetryPolicy;
import dev.ekiden.engine.Timing;
import dev.ekiden.engine.WorkerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The examples of the README, as they stand there. */
class ReadmeExamplesTest {
  private static final Path README = Path.of("README.md");
  private static final Path SOURCE =
      Path.of("src", "test", "java", "dev", "ekiden", "testkit", "ReadmeExamplesTest.java");

  record Greeting(String name) {}

  /** The code under test. */
  private static final class Reception {
    static final JobDefinition<Greeting> GREET =
        JobDefinition.named("greet", Greeting.class)
            .retry(RetryPolicy.attempts(2).withDelays(Duration.ofMinutes(1), Duration.ofHours(1)))
            .handler((greeting, context) -> {
              if (greeting.name().isBlank()) {
                throw JobFailure.permanent("nobody to greet");
              }
              return "Hello, " + greeting.name();
            });

    private final Engine engine;

    Reception(Engine engine) {
      this.engine = engine;
    }

    void welcome(String... names) {
      for (String name : names) {
        engine.enqueue(GREET.request(new Greeting(name)));
      }
    }

    long remind(String name) {
      return engine.enqueue(GREET.request(new Greeting(name)).withDelay(Duration.ofHours(1))).id();
    }
  }

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  @Test
  void asksForAGreetingEach() {
    Engine engine = jobs.engine(Reception.GREET);
    new Reception(engine).welcome("Aiko", "Ben");
    assertThat(jobs.payloads(Reception.GREET))
        .containsExactly(new Greeting("Aiko"), new Greeting("Ben"));
  }

  @Test
  void greetsAnHourLater() {
    Engine engine = jobs.engine(Reception.GREET);
    long id = new Reception(engine).remind("Aiko");
    assertThat(jobs.runDue()).isZero();
    assertThat(jobs.advance(Duration.ofHours(1))).isEqualTo(1);
    JobAssert.assertThat(engine.jobs().get(id)).hasSucceeded().hasResult("Hello, Aiko");
  }

  @Test
  void doesNotTryAgainToGreetNobody() {
    Engine engine = jobs.engine(Reception.GREET);
    new Reception(engine).welcome(" ");
    jobs.runDue();
    JobAssert.assertThat(jobs.jobs(Reception.GREET).getFirst().job())
        .hasFailedWith(JobFailure.class)
        .hasErrorContaining("nobody to greet")
        .hasAttempts(1);
  }

  @Test
  void greetsEveryMorning() {
    Engine engine = jobs.engine(Reception.GREET);
    jobs.set(Instant.parse("2026-03-01T00:00:00Z"));
    engine
        .schedules()
        .put(
            "morning",
            Reception.GREET.request(new Greeting("all")),
            new Timing.Cron("0 8 * * *"),
            ZoneId.of("Asia/Tokyo"));
    assertThat(jobs.set(Instant.parse("2026-03-01T23:00:00Z"))).isEqualTo(1);
    assertThat(jobs.advance(Duration.ofDays(1))).isEqualTo(1);
  }

  @Test
  void greetsForReal() {
    Engine engine = jobs.engine(Reception.GREET);
    engine.start();
    engine.worker(WorkerOptions.of("greet")).start();
    long id = engine.enqueue(Reception.GREET.request(new Greeting("Aiko"))).id();
    JobAssert.assertThat(jobs.await(id)).hasState(JobState.SUCCEEDED);
  }

  static final class YourTables {
    static void migrate(DataSource dataSource) {
      try (Connection connection = dataSource.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE guest (name text PRIMARY KEY)");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @RegisterExtension
  static final TestEngine hotel = TestEngine.withMigrations(YourTables::migrate, "hotel");

  @Test
  void greetsTheGuestWhoIsStored() throws SQLException {
    Engine engine = hotel.engine(Reception.GREET);
    try (Connection connection = hotel.database().dataSource().getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("INSERT INTO guest VALUES ('Aiko')");
      }
      engine.enqueue(connection, List.of(Reception.GREET.request(new Greeting("Aiko"))));
      assertThat(hotel.payloads(Reception.GREET)).as("not before the commit").isEmpty();
      connection.commit();
    }
    assertThat(hotel.payloads(Reception.GREET)).containsExactly(new Greeting("Aiko"));
  }

  /** What the README shows is what runs here. */
  @TestFactory
  Stream<DynamicTest> theReadmeShowsWhatRuns() throws IOException {
    String source = squeezed(Files.readString(SOURCE));
    return examples().stream()
        .map(example ->
            DynamicTest.dynamicTest(
                example.lines().findFirst().orElseThrow(),
                () -> assertThat(source).contains(squeezed(example))));
  }

  private static List<String> examples() {
    try {
      List<String> examples = new ArrayList<>();
      String[] parts = Files.readString(README).split("```");
      for (int i = 1; i < parts.length; i += 2) {
        if (parts[i].startsWith("java\n")) {
          examples.add(parts[i].substring("java\n".length()));
        }
      }
      assertThat(examples).isNotEmpty();
      return examples;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String squeezed(String text) {
    return text.replaceAll("\\s+", "");
  }
}
