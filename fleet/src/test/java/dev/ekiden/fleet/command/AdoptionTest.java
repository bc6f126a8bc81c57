package dev.ekiden.fleet.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt;
import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobState;
import dev.ekiden.fleet.command.store.CommandTaskTable.Row;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A program goes on without the server that launched it, and runs once; see CommandAttempt. */
class AdoptionTest {
  /** Says that it began, waits until it may go on, and leaves a result. */
  private static final String PROGRAM =
      """
      kind: job
      name: once
      command: [/bin/sh, -c, 'echo $$ >> "$0"/began; echo hello from $$;
        while [ ! -e "$0"/go ]; do sleep 0.02; done; echo 42 > "$EKIDEN_RESULT"', "${directory}"]
      parameters:
        directory: {}
      grace: 200ms
      """;

  @RegisterExtension
  static final TestEngine jobs =
      TestEngine.withMigrations(source -> Fleets.migrate(Database.of(source)), "fleet");

  @TempDir Path directory;

  private final CountDownLatch stuck = new CountDownLatch(1);
  private final CountDownLatch hanging = new CountDownLatch(1);

  @AfterEach
  void letGo() throws IOException {
    hanging.countDown();
    go();
  }

  private CommandServer server(String name) {
    return CommandServer.start(jobs, name, directory.resolve("tasks"));
  }

  /** A server that is as if killed when it calls a method of its launcher, before or after that. */
  private CommandServer serverThatHangs(String method, boolean after) {
    return CommandServer.start(
        jobs,
        "hangs",
        directory.resolve("tasks"),
        launcher ->
            (Launcher)
                Proxy.newProxyInstance(
                    Launcher.class.getClassLoader(),
                    new Class<?>[] {Launcher.class},
                    (proxy, called, arguments) -> {
                      boolean hangs = called.getName().equals(method) && stuck.getCount() > 0;
                      if (hangs && !after) {
                        stuck.countDown();
                        hanging.await();
                      }
                      Object answer;
                      try {
                        answer = called.invoke(launcher, arguments);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                      if (hangs && after) {
                        stuck.countDown();
                        hanging.await();
                      }
                      return answer;
                    }));
  }

  private long submit(CommandServer server) {
    server.apply(PROGRAM);
    return server.submit("once", Map.of("directory", directory.toString()));
  }

  private List<String> began() {
    try {
      Path file = directory.resolve("began");
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitBegan() {
    TestEngine.awaitUntil("the program has begun", () -> !began().isEmpty());
  }

  private void go() throws IOException {
    Files.writeString(
        directory.resolve("go"), "", StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** The recovery takes the worker's lease away, as after kill -9. */
  private static void lose(String worker) {
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "UPDATE ekiden.worker SET ended_at = clock_timestamp(), lost = true"
                    + " WHERE ended_at IS NULL AND name = ?",
                worker));
  }

  private static void awaitAttempt(CommandServer server, long id, int attempt) {
    TestEngine.awaitUntil(
        "attempt " + attempt + " runs",
        () -> {
          Job job = server.engine.jobs().get(id);
          return job.state() == JobState.RUNNING && job.attempt() >= attempt;
        });
  }

  /**
   * A worker that has lost its lease without its time being up may claim the job again before it
   * hears of that, and loses it again.
   */
  private static void assertLostAndThenEnded(CommandServer server, long id) {
    assertThat(server.engine.jobs().attempts(id))
        .extracting(Attempt::outcome)
        .hasSizeGreaterThan(1)
        .endsWith(Outcome.LOST, Outcome.SUCCEEDED)
        .containsOnlyOnce(Outcome.SUCCEEDED)
        .containsOnly(Outcome.LOST, Outcome.SUCCEEDED);
  }

  private void assertRanOnce(CommandServer server, long id) {
    Job job = server.await(id);
    assertThat(job.error()).isNull();
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.result()).isEqualTo("42\n");
    assertThat(job.failures()).isZero();
    assertThat(job.losses()).isZero();
    assertThat(began()).as("it ran once").hasSize(1);
    assertThat(server.tasks.ofJob(id)).hasSize(1);
  }

  @Test
  void killedWhileItRuns() throws Exception {
    try (CommandServer first = server("first");
        CommandServer second = server("second")) {
      long id = submit(first);
      awaitBegan();
      for (int lost = 1; lost <= 4; lost++) {
        awaitAttempt(first, id, lost);
        TestEngine.awaitUntil("its phase is known", () -> phase(first, id).equals("RUNNING"));
        lose("first");
        lose("second");
        awaitAttempt(first, id, lost + 1);
      }
      go();
      assertRanOnce(second, id);
      List<Attempt> attempts = second.engine.jobs().attempts(id);
      assertThat(attempts).hasSizeGreaterThanOrEqualTo(5);
      assertThat(attempts.subList(0, attempts.size() - 1))
          .allMatch(attempt -> attempt.outcome() == Outcome.LOST);
      List<String> log = second.log(id);
      assertThat(log).anyMatch(line -> line.contains("goes on with task"));
      assertThat(log.getLast()).isEqualTo("hello from " + began().getFirst());
    }
  }

  private static String phase(CommandServer server, long id) {
    return server.tasks.ofJob(id).stream().map(Row::phase).reduce("", (a, b) -> b);
  }

  @Test
  void killedBetweenIntentAndLaunch() throws Exception {
    try (CommandServer first = serverThatHangs("launch", false);
        CommandServer second = server("second")) {
      long id = submit(first);
      stuck.await();
      assertThat(began()).isEmpty();
      lose("hangs");
      awaitBegan();
      hanging.countDown(); // The first one launches late.
      go();
      assertRanOnce(second, id);
    }
  }

  @Test
  void killedBetweenLaunchAndTheFirstLook() throws Exception {
    try (CommandServer first = serverThatHangs("launch", true);
        CommandServer second = server("second")) {
      long id = submit(first);
      stuck.await();
      awaitBegan();
      lose("hangs");
      go();
      assertRanOnce(second, id);
      assertLostAndThenEnded(second, id);
    }
  }

  @Test
  void killedBetweenEndAndCompletion() throws Exception {
    try (CommandServer first = serverThatHangs("result", false);
        CommandServer second = server("second")) {
      go();
      long id = submit(first);
      stuck.await();
      lose("hangs");
      assertRanOnce(second, id);
      assertLostAndThenEnded(second, id);
    }
  }

  @Test
  void stoppedWithGraceItGivesTheJobBackAndLeavesTheProgram() throws Exception {
    long id;
    try (CommandServer first = server("first")) {
      id = submit(first);
      awaitBegan();
    }
    try (CommandServer second = server("second")) {
      Job job = second.engine.jobs().get(id);
      assertThat(job.failures()).isZero();
      go();
      assertRanOnce(second, id);
      assertThat(second.engine.jobs().attempts(id))
          .extracting(Attempt::outcome)
          .containsExactly(Outcome.RETURNED, Outcome.SUCCEEDED);
      // The keeper has its launcher forget what is over.
      TestEngine.awaitUntil("no task is left", () -> second.plain.list().isEmpty());
      assertThat(second.tasks.ofJob(id).getFirst().peakMemoryBytes()).isPositive();
    }
  }

  @Test
  void canceledWhileNobodyHasItIsStopped() throws Exception {
    long id;
    try (CommandServer first = server("first")) {
      id = submit(first);
      awaitBegan();
    }
    try (CommandServer second = server("second")) {
      // Whoever is first: the keeper, because the job has ended, or the attempt that adopted it.
      second.engine.jobs().cancel(id);
      assertThat(second.await(id).state()).isEqualTo(JobState.CANCELED);
      awaitStopped(second, id);
      second.engine.jobs().retry(id);
      TestEngine.awaitUntil("it runs again", () -> began().size() == 2);
      go();
      assertThat(second.await(id).state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(second.tasks.ofJob(id)).hasSize(2);
    }
  }

  private static void awaitStopped(CommandServer server, long id) {
    TaskId task = new TaskId(server.tasks.ofJob(id).getFirst().id());
    TestEngine.awaitUntil(
        "its task is over", () -> server.plain.find(task).map(TaskStatus::hasEnded).orElse(true));
  }

  @Test
  void aSilentPlaceIsWaitedForUnlessTheDefinitionSaysHowLong() throws Exception {
    long id;
    try (CommandServer first = server("first")) {
      id = submit(first);
      awaitBegan();
    }
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "UPDATE ekiden.command_place SET seen_at = seen_at - interval '1 hour'"));
    try (CommandServer far = CommandServer.start(jobs, "far", directory.resolve("elsewhere"))) {
      awaitAttempt(far, id, 2);
      TestEngine.awaitUntil(
          "it says why", () -> SilentPlaces.reason(far.definitions, far.tasks, id).isPresent());
      assertThat(SilentPlaces.reason(far.definitions, far.tasks, id).orElseThrow())
          .contains("has been silent since")
          .contains("lost-after is never")
          .contains("cancel");
      assertThat(began()).hasSize(1);
      far.engine.jobs().cancel(id);
      assertThat(far.await(id).state()).isEqualTo(JobState.CANCELED);
      // Whoever retries it has decided that the task is gone.
      far.engine.jobs().retry(id);
      TestEngine.awaitUntil("it runs elsewhere", () -> began().size() == 2);
      go();
      assertThat(far.await(id).state()).isEqualTo(JobState.SUCCEEDED);
    }
  }

  @Test
  void aPlaceThatIsSilentForTooLongHasLostTheTask() throws Exception {
    long id;
    try (CommandServer first = server("first")) {
      first.apply(PROGRAM + "lost-after: 10m\n");
      id = first.submit("once", Map.of("directory", directory.toString()));
      awaitBegan();
    }
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "UPDATE ekiden.command_place SET seen_at = seen_at - interval '1 hour'"));
    try (CommandServer far = CommandServer.start(jobs, "far", directory.resolve("elsewhere"))) {
      TestEngine.awaitUntil("it runs elsewhere", () -> began().size() == 2);
      go();
      Job job = far.await(id);
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.failures()).isZero();
      assertThat(far.engine.jobs().attempts(id))
          .extracting(Attempt::errorType)
          .contains("task-lost");
    }
  }

  @Test
  void aTaskOfAnotherPlaceIsHandedOverToItsServer() throws Exception {
    try (CommandServer first = server("first");
        CommandServer far = CommandServer.start(jobs, "far", directory.resolve("elsewhere"))) {
      long id = submit(first);
      TestEngine.awaitUntil("it has begun", () -> began().size() == 1);
      String place = first.tasks.ofJob(id).getFirst().place();
      boolean mine = first.launchers.open("process").place().equals(place);
      (mine ? first : far).close();
      try (CommandServer again =
          CommandServer.start(jobs, "again", directory.resolve(mine ? "tasks" : "elsewhere"))) {
        go();
        assertRanOnce(again, id);
      }
    }
  }

  @Test
  void aTaskThatIsGoneIsLostAndStartsAnewUncounted() throws Exception {
    Row row;
    long id;
    try (CommandServer first = server("first")) {
      id = submit(first);
      awaitBegan();
      row = first.tasks.ofJob(id).getFirst();
    }
    try (CommandServer after = server("after")) {
      after.plain.stop(new TaskId(row.id()), Duration.ZERO);
      TestEngine.awaitUntil("it ends", () -> after.await(id).state() == JobState.FAILED);
      assertThat(after.engine.jobs().get(id).errorType()).isEqualTo("signal");
      assertThat(after.engine.jobs().get(id).error()).contains("signal 9 (KILL)");
    }
  }
}
