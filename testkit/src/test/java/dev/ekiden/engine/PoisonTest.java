package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.ekiden.engine.store.LifeTable;
import dev.ekiden.engine.store.ScheduleTable;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One bad row, handler or listener must not stop what has nothing to do with it. */
class PoisonTest {
  record Work(String what) {}

  /** A result that writes itself, and not as JSON that PostgreSQL reads. */
  record Raw(@JsonRawValue String text) {}

  /** An exception that cannot even say what is wrong. */
  private static final class Unspeakable extends RuntimeException {
    @Override
    public String getMessage() {
      throw this;
    }
  }

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .retry(RetryPolicy.attempts(3))
          .handler((payload, context) ->
              switch (payload.what()) {
                case "forever" ->
                    throw JobFailure.retryAfter(Duration.ofSeconds(Long.MAX_VALUE), "never again");
                case "before" -> throw JobFailure.retryAfter(Duration.ofDays(-1), "yesterday");
                case "unspeakable" -> throw new Unspeakable();
                case "no JSON" -> new Raw("{no");
                case "half a character" -> "\uD83D";
                case "deep" -> new Raw("[".repeat(100_000) + "]".repeat(100_000));
                default -> payload.what();
              });

  private long enqueue(Engine engine, String what) {
    return engine.enqueue(work.request(new Work(what))).id();
  }

  private static Engine started(Engine engine) {
    engine.start();
    engine.worker(WorkerOptions.of("work").withConcurrency(2)).start();
    return engine;
  }

  private static Job ended(Engine engine, long id) throws InterruptedException {
    Job job = engine.jobs().await(id, TestEngine.PATIENCE);
    assertThat(job.state().isEnded()).as(job.toString()).isTrue();
    return job;
  }

  @Test
  void aRetryAfterAnyTimeIsStoredAndTheWorkerGoesOn() throws Exception {
    Engine engine = started(jobs.engine(work));
    long forever = enqueue(engine, "forever");
    RunTest.awaitState(engine, forever, JobState.SCHEDULED);
    assertThat(engine.jobs().get(forever).runAt())
        .isBetween(
            Instant.now().plus(JobRequest.MAX_DELAY.minusDays(1)),
            Instant.now().plus(JobRequest.MAX_DELAY.plusDays(1)));
    assertThat(ended(engine, enqueue(engine, "before")).failures()).isEqualTo(3);
    assertThat(ended(engine, enqueue(engine, "fine")).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void anExceptionThatCannotBePrintedFailsItsJob() throws Exception {
    Engine engine = started(jobs.engine(work));
    long id = enqueue(engine, "unspeakable");
    RunTest.awaitState(engine, id, JobState.SCHEDULED);
    assertThat(engine.jobs().get(id).errorType()).isEqualTo(Unspeakable.class.getName());
    assertThat(ended(engine, enqueue(engine, "fine")).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aResultThatCannotBeStoredDoesNotHoldUpOthers() throws Exception {
    Engine engine = started(jobs.engine(work));
    for (String what : List.of("no JSON", "deep", "half a character")) {
      List<Long> ids =
          engine
              .enqueue(
                  List.of(
                      work.request(new Work("fine")),
                      work.request(new Work(what)),
                      work.request(new Work("fine"))))
              .stream()
              .map(Enqueued::id)
              .toList();
      for (long id : ids) {
        assertThat(ended(engine, id).state()).isEqualTo(JobState.SUCCEEDED);
      }
      assertThat(engine.jobs().get(ids.getFirst()).result()).isEqualTo("\"fine\"");
    }
  }

  /** An Error: class files missing after an upgrade, memory, a failed assertion. */
  @Test
  void aListenerThatThrowsAnErrorStopsNothing() throws Exception {
    EngineListener broken =
        new EngineListener() {
          @Override
          public void attemptStarted(long jobId, int attempt, String definition, String queue) {
            throw new NoClassDefFoundError("started");
          }

          @Override
          public void attemptEnded(
              long jobId,
              int attempt,
              String definition,
              String queue,
              Attempt.Outcome outcome,
              Duration run) {
            throw new AssertionError("ended");
          }
        };
    Engine engine = started(jobs.engine(broken, work));
    for (int i = 0; i < 5; i++) {
      assertThat(ended(engine, enqueue(engine, "fine")).state()).isEqualTo(JobState.SUCCEEDED);
    }
  }

  @Test
  void aJobInTheFarFutureDoesNotKeepTheClockworkBusy() {
    Engine engine = jobs.engine(work);
    Instant last = Instant.parse("9999-12-31T23:59:59Z");
    engine.enqueue(work.request(new Work("late")).startingAt(last));
    engine
        .schedules()
        .put("late", work.request(new Work("late")), new Timing.Once(last), ZoneId.of("UTC"));
    assertThat(jobs.database().withHandle(LifeTable::nextDue))
        .hasValueSatisfying(rest -> assertThat(rest).isGreaterThan(Duration.ofDays(2_000_000)));
    assertThat(jobs.database().withHandle(ScheduleTable::nextDue))
        .hasValueSatisfying(rest -> assertThat(rest).isGreaterThan(Duration.ofDays(2_000_000)));
  }

  /** A newer process knows a zone that this one does not, or somebody edited the row. */
  @Test
  void aScheduleThatCannotBeReadDoesNotKeepOthersFromFiring() {
    Engine engine = jobs.engine(work);
    JobRequest request = work.request(new Work("fine"));
    engine.schedules().put("bad", request, new Timing.Cron("* * * * *"), ZoneId.of("UTC"));
    engine.schedules().put("good", request, new Timing.Rate(Duration.ofHours(1)), ZoneId.of("UTC"));
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "UPDATE ekiden.schedule SET zone = 'Mars/Olympus_Mons' WHERE name = 'bad'"));
    assertThat(jobs.advance(Duration.ofHours(1))).as("attempts").isEqualTo(1);
    assertThat(engine.schedules().get("good").lastJob()).isNotNull();
    assertThat(jobs.database().withHandle(ScheduleTable::nextDue))
        .as("it is tried again later, not at once")
        .hasValueSatisfying(rest -> assertThat(rest).isPositive());
  }

  @Test
  void aUniqueKeyMayComeWithTwoWindowsInOneCall() {
    Engine engine = jobs.engine(work);
    JobRequest request = work.request(new Work("fine"));
    List<Enqueued> answers =
        engine.enqueue(
            List.of(
                request.withKey(Key.unique("k", Duration.ofHours(1))),
                request.withKey(Key.unique("k", Duration.ofHours(2)))));
    assertThat(answers.getFirst().created()).isTrue();
    assertThat(answers.getLast()).isEqualTo(new Enqueued(answers.getFirst().id(), false));
    jobs.advance(Duration.ofMinutes(90));
    assertThat(engine.enqueue(request.withKey(Key.unique("k", Duration.ofHours(1)))).created())
        .as("the first window counts")
        .isTrue();
  }

  @Test
  void allUniqueKeysWhoseWindowIsOverAreForgotten() {
    Engine engine = jobs.engine(work);
    JobRequest request = work.request(new Work("fine"));
    engine.enqueue(
        IntStream.range(0, 3_000)
            .mapToObj(i -> request.withKey(Key.unique("k" + i, Duration.ofMinutes(1))))
            .toList());
    engine.clock().advance(Duration.ofMinutes(2));
    new Recovery(engine, jobs.database(), "test").run();
    assertThat(count("ekiden.unique_key")).isZero();
  }

  private static long count(String table) {
    return jobs.database()
        .withHandle(
            handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  /** Two kinds of process that start at the same time and list their definitions differently. */
  @Test
  void definitionsMayBeRegisteredInAnyOrderAtOnce() throws Exception {
    List<JobDefinition<Work>> definitions =
        IntStream.range(0, 30)
            .mapToObj(i ->
                JobDefinition.named("d" + i, Work.class)
                    .queue("q" + (29 - i))
                    .handler((payload, context) -> null))
            .toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 10; i++) {
        Future<?> one = threads.submit(() -> register(definitions));
        Future<?> other = threads.submit(() -> register(definitions.reversed()));
        one.get();
        other.get();
        jobs.database().useTransaction(handle -> handle.execute("TRUNCATE ekiden.queue CASCADE"));
      }
    }
  }

  private static void register(List<JobDefinition<Work>> definitions) {
    Engine.on(jobs.database().dataSource()).definitions(definitions).build().register();
  }

  @Test
  void aBulkOfLargestPayloadsIsStoredOrRefusedWithItsLimit() {
    Engine engine = jobs.engine(work);
    JobRequest large =
        JobRequest.of("work", new RawJson("\"" + "x".repeat(Engine.MAX_PAYLOAD_BYTES - 2) + "\""));
    int most = Engine.MAX_BULK_BYTES / Engine.MAX_PAYLOAD_BYTES;
    assertThat(engine.enqueue(Collections.nCopies(most, large))).hasSize(most);
    assertThatThrownBy(() -> engine.enqueue(Collections.nCopies(most + 1, large)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(Integer.toString(Engine.MAX_BULK_BYTES));
  }
}
