package dev.ekiden.bench.chaos;

import dev.ekiden.engine.BulkRequest;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.postgres.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The disk is full when jobs are enqueued: the enqueue fails, and stores nothing of what it had.
 */
final class FullDisk {
  private static final int MEGABYTES = 16;
  private static final int BALLAST = 100_000;
  private static final String BALLAST_DEFINITION = "narrow";
  private static final int AT_ONCE = 10;
  private static final int MOST_CALLS = 100;

  private static final String STORED =
      """
      SELECT count(*) FROM ekiden.scheduled JOIN ekiden.definition ON definition.id = definition_id
      WHERE definition.name = 'narrow'
      """;

  /**
   * What came of it.
   *
   * @param skipped why it could not be done, or null
   * @param accepted jobs, all of them canceled
   */
  record Outcome(@Nullable String skipped, List<Long> accepted) {}

  private final Database database;
  private final Engine control;
  private final Path directory;
  private final Consumer<String> log;

  /**
   * @param directory where the small disk is mounted, in that of the server so that it can reach it
   */
  FullDisk(Database database, Engine control, Path directory, Consumer<String> log) {
    this.log = log;
    this.database = database;
    this.control = control;
    this.directory = directory;
  }

  Outcome run(Random random, List<Violation> violations) throws IOException, InterruptedException {
    Path disk = Files.createDirectory(directory.resolve("small-disk"));
    String refusal =
        command(
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=" + MEGABYTES + "m,mode=0700",
            "tmpfs",
            disk.toString());
    if (refusal != null) {
      Files.delete(disk);
      return new Outcome("a small disk cannot be mounted here: " + refusal, List.of());
    }
    try {
      String owner = command("chown", "--reference=" + directory.resolve("data"), disk.toString());
      if (owner != null) {
        return new Outcome("the small disk cannot be given to the server: " + owner, List.of());
      }
      execute("CREATE TABLESPACE small LOCATION '" + disk.toAbsolutePath() + "'");
      execute("ALTER TABLE ekiden.job SET TABLESPACE small");
      List<Long> accepted = fill(random, violations);
      control.bulk().run(BulkRequest.cancel(JobFilter.ALL.withDefinition(BALLAST_DEFINITION)));
      execute("ALTER TABLE ekiden.job SET TABLESPACE pg_default");
      execute("DROP TABLESPACE small");
      return new Outcome(null, accepted);
    } finally {
      // Lazily: a file that was deleted may still be open in the server.
      command("umount", "-l", disk.toString());
      Files.delete(disk);
    }
  }

  private List<Long> fill(Random random, List<Violation> violations) {
    List<Long> accepted = new ArrayList<>();
    for (int i = 0; i < MOST_CALLS; i++) {
      List<JobRequest> requests =
          IntStream.range(0, AT_ONCE).mapToObj(one -> ballast(random)).toList();
      try {
        control.enqueue(requests).stream().map(Enqueued::id).forEach(accepted::add);
      } catch (JdbiException e) {
        log.accept(
            "an enqueue was refused: "
                + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        violations.addAll(refusals(database, accepted.size()));
        return accepted;
      }
    }
    violations.add(new Violation(Rule.REFUSAL, "the disk did not become full"));
    return accepted;
  }

  /** What an enqueue that failed has left behind. */
  static List<Violation> refusals(Database database, int accepted) {
    long stored = database.withHandle(handle -> handle.createQuery(STORED).mapTo(Long.class).one());
    return stored == accepted
        ? List.of()
        : List.of(
            new Violation(
                Rule.REFUSAL, "%d jobs are stored, %d accepted".formatted(stored, accepted)));
  }

  /** A job that nobody runs, with a payload that cannot be compressed. */
  private static JobRequest ballast(Random random) {
    byte[] noise = new byte[BALLAST];
    random.nextBytes(noise);
    return JobRequest.of(
            BALLAST_DEFINITION, Map.of("ballast", Base64.getEncoder().encodeToString(noise)))
        .withDelay(Duration.ofDays(1_000));
  }

  private void execute(String statement) {
    database.withHandle(handle -> handle.execute(statement));
  }

  /** Answers what it said when it failed, else null. */
  private static @Nullable String command(String... words)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return process.waitFor() == 0 ? null : said;
  }
}
