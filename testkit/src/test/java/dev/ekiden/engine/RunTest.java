package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RunTest {
  record Number(int value) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private static JobDefinition.Builder<Number> work() {
    return JobDefinition.named("work", Number.class).queue("work");
  }

  private static JobRequest request(int value) {
    return JobRequest.of("work", new Number(value));
  }

  @Test
  void keepsResultAttemptAndTimes() {
    Engine engine = jobs.engine(work().handler((number, context) -> number.value() * 2));
    long id = engine.enqueue(request(21)).id();
    jobs.runDue();
    Job job = engine.jobs().get(id);
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.result()).isEqualTo("42");
    assertThat(job.attempt()).isEqualTo(1);
    assertThat(job.failures()).isZero();
    assertThat(job.startedAt()).isAfterOrEqualTo(job.claimedAt().minusSeconds(1));
    assertThat(job.finishedAt()).isAfterOrEqualTo(job.startedAt());
    assertThat(engine.jobs().attempts(id))
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.SUCCEEDED));
    assertThat(engine.explain(id).reasons().getFirst().code()).isEqualTo("ended");
  }

  @Test
  void retriesWithGrowingBackOffThenFails() {
    AtomicInteger runs = new AtomicInteger();
    Engine engine =
        jobs.engine(
            work()
                .retry(new RetryPolicy(3, Duration.ofHours(1), 2, Duration.ofDays(1), 0))
                .handler((number, context) -> {
                  runs.incrementAndGet();
                  throw new IllegalStateException(
                      "broken " + context.attempt(), new IOException("why"));
                }));
    engine.clock().set(Instant.parse("2030-01-01T00:00:00Z"));
    long id = engine.enqueue(request(1)).id();
    jobs.runDue();
    Job waiting = engine.jobs().get(id);
    assertThat(waiting.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(waiting.failures()).isEqualTo(1);
    assertThat(waiting.errorType()).isEqualTo("java.lang.IllegalStateException");
    assertThat(waiting.error())
        .contains("broken 1", "RunTest", "Caused by: java.io.IOException: why")
        .as("only its own frames")
        .doesNotContain("engine.Execution", "java.lang.VirtualThread");
    assertThat(engine.explain(id).reasons().getFirst().code()).isEqualTo("backing-off");
    assertThat(jobs.advance(Duration.ofMinutes(50))).isZero();
    assertThat(jobs.advance(Duration.ofMinutes(10))).isEqualTo(1);
    assertThat(jobs.advance(Duration.ofMinutes(110))).isZero();
    assertThat(jobs.advance(Duration.ofMinutes(10))).isEqualTo(1);
    Job failed = engine.jobs().get(id);
    assertThat(failed.state()).isEqualTo(JobState.FAILED);
    assertThat(failed.failures()).isEqualTo(3);
    assertThat(failed.error()).contains("broken 3");
    assertThat(runs).hasValue(3);
    assertThat(engine.jobs().attempts(id))
        .extracting(Attempt::number, Attempt::outcome)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, Attempt.Outcome.RETRIED),
            org.assertj.core.groups.Tuple.tuple(2, Attempt.Outcome.RETRIED),
            org.assertj.core.groups.Tuple.tuple(3, Attempt.Outcome.FAILED));
  }

  @Test
  void aJobThatFailsTwiceAndThenPassesSucceedsWithItsThirdAttempt() {
    List<Integer> attempts = new ArrayList<>();
    Engine engine =
        jobs.engine(
            work()
                .retry(RetryPolicy.attempts(3).withDelays(Duration.ZERO, Duration.ZERO))
                .handler((number, context) -> {
                  attempts.add(context.attempt());
                  if (context.failures() < 2) {
                    throw new IllegalStateException("not yet");
                  }
                  return "passed";
                }));
    long id = engine.enqueue(request(1)).id();
    jobs.runDue();
    Job job = engine.jobs().get(id);
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.attempt()).isEqualTo(3);
    assertThat(job.failures()).isEqualTo(2);
    assertThat(attempts).as("told to the handler").containsExactly(1, 2, 3);
  }

  @Test
  void aHandlerDecidesAboutItsRetry() {
    Engine engine =
        jobs.engine(
            work()
                .handler((number, context) -> {
                  if (number.value() == 1) {
                    throw JobFailure.permanent("never");
                  }
                  throw JobFailure.retryAfter(Duration.ofHours(2), "later");
                }));
    engine.clock().set(Instant.parse("2030-01-01T00:00:00Z"));
    long permanent = engine.enqueue(request(1)).id();
    long later = engine.enqueue(request(2)).id();
    jobs.runDue();
    assertThat(engine.jobs().get(permanent).state()).isEqualTo(JobState.FAILED);
    assertThat(engine.jobs().get(later).runAt())
        .isBetween(Instant.parse("2030-01-01T02:00:00Z"), Instant.parse("2030-01-01T02:01:00Z"));
  }

  @Test
  void aPayloadOfAnotherShapeFailsForGood() {
    Engine engine = jobs.engine(work().handler((number, context) -> null));
    long id = engine.enqueue(JobRequest.of("work", new RawJson("{\"value\":\"x\"}"))).id();
    jobs.runDue();
    Job job = engine.jobs().get(id);
    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.error()).contains("the payload is not a Number");
  }

  @Test
  void aResultMayBeAsLargeAsTheLimitAndNoLarger() {
    Engine engine =
        jobs.engine(work().handler((number, context) -> "x".repeat(number.value() - 2)));
    long fits = engine.enqueue(request(Engine.MAX_RESULT_BYTES)).id();
    long tooLong = engine.enqueue(request(Engine.MAX_RESULT_BYTES + 1)).id();
    jobs.runDue();
    assertThat(engine.jobs().get(fits).result()).hasSize(Engine.MAX_RESULT_BYTES);
    assertThat(engine.jobs().get(tooLong).state()).isEqualTo(JobState.FAILED);
    assertThat(engine.jobs().get(tooLong).error()).contains("262145").contains("262144");
  }

  @Test
  void survivesErrorsOfEveryKind() {
    Engine engine =
        jobs.engine(
            work()
                .retry(RetryPolicy.NEVER)
                .handler((number, context) ->
                    switch (number.value()) {
                      case 1 -> throw new OutOfMemoryError("pretended");
                      case 2 -> throw new StackOverflowError();
                      case 3 -> throw new Exception("nul \0 character " + "x".repeat(99_999));
                      default -> "fine";
                    }));
    List<Long> ids =
        engine.enqueue(List.of(request(1), request(2), request(3), request(4))).stream()
            .map(Enqueued::id)
            .toList();
    jobs.runDue();
    assertThat(ids.stream().map(id -> engine.jobs().get(id).state()))
        .containsExactly(JobState.FAILED, JobState.FAILED, JobState.FAILED, JobState.SUCCEEDED);
    assertThat(engine.jobs().get(ids.get(2)).error()).hasSize(Engine.MAX_ERROR_LENGTH);
  }

  /** The worker would look by itself only after a minute, long after the test has given up. */
  @Test
  void aRetryWithoutARestNeedsNoPoll() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Engine engine =
        jobs.engine(
            work()
                .retry(new RetryPolicy(2, Duration.ZERO, 1, Duration.ZERO, 0))
                .handler((number, context) -> {
                  if (calls.incrementAndGet() == 1) {
                    throw new IllegalStateException("the first time");
                  }
                  return null;
                }));
    engine.start();
    engine
        .worker(
            WorkerOptions.of(work().enqueueOnly().queue()).withPollInterval(Duration.ofMinutes(1)))
        .start();
    long id = engine.enqueue(request(1)).id();
    assertThat(engine.jobs().await(id, TestEngine.PATIENCE).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void interruptsWhatRunsTooLong() {
    CountDownLatch never = new CountDownLatch(1);
    Engine engine =
        jobs.engine(
            work()
                .retry(RetryPolicy.NEVER)
                .timeout(Duration.ofSeconds(1))
                .handler((number, context) -> {
                  if (number.value() == 0) {
                    return "fast";
                  }
                  never.await();
                  return "unreachable";
                }));
    long fast = engine.enqueue(request(0)).id();
    long slow = engine.enqueue(request(1)).id();
    jobs.runDue();
    assertThat(engine.jobs().get(fast).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(engine.jobs().get(slow).state()).isEqualTo(JobState.FAILED);
    assertThat(engine.jobs().get(slow).errorType()).isEqualTo("timeout");
    assertThat(engine.jobs().get(slow).error()).contains("PT1S");
  }

  @Test
  void endsWithoutAHandlerThatIgnoresItsInterrupt() throws Exception {
    CountDownLatch letGo = new CountDownLatch(1);
    RecordingListener listener = new RecordingListener();
    Engine engine =
        jobs.engine(
            listener,
            work()
                .retry(RetryPolicy.NEVER)
                .timeout(Duration.ofMillis(20))
                .handler((number, context) -> {
                  while (letGo.getCount() > 0) {
                    try {
                      letGo.await();
                    } catch (InterruptedException e) {
                      context.log("interrupted, but I go on");
                    }
                  }
                  return "too late";
                }),
            // Not of the same definition: its timeout is too short for a busy machine.
            JobDefinition.named("next", Number.class)
                .queue("work")
                .handler((number, context) -> null));
    engine.start();
    Worker worker = engine.worker(WorkerOptions.of("work").withConcurrency(1));
    worker.start();
    long id = engine.enqueue(request(1)).id();
    listener.await(1, event -> event.equals("ended " + id + "/1 FAILED"));
    assertThat(worker.isIdle()).as("its place is taken until it returns").isFalse();
    assertThat(engine.jobs().get(id).errorType()).isEqualTo("timeout");
    letGo.countDown();
    long next = engine.enqueue(JobRequest.of("next", new Number(2))).id();
    assertThat(engine.jobs().await(next, TestEngine.PATIENCE).state())
        .isEqualTo(JobState.SUCCEEDED);
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void cancelsInEveryState() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    RecordingListener listener = new RecordingListener();
    Engine engine =
        jobs.engine(
            listener,
            work()
                .handler((number, context) -> {
                  started.countDown();
                  never.await();
                  return null;
                }));
    engine.start();
    long ready = engine.enqueue(request(1)).id();
    assertThat(engine.jobs().cancel(ready)).isTrue();
    long scheduled = engine.enqueue(request(2).withDelay(Duration.ofHours(1))).id();
    assertThat(engine.jobs().cancel(scheduled)).isTrue();
    engine.worker(WorkerOptions.of("work")).start();
    long running = engine.enqueue(request(3).withKey(Key.coalesce("k"))).id();
    started.await();
    long blocked = engine.enqueue(request(4).withKey(Key.coalesce("k"))).id();
    awaitState(engine, blocked, JobState.BLOCKED);
    assertThat(engine.explain(blocked).reasons().getFirst().code()).isEqualTo("key-taken");
    assertThat(engine.jobs().cancel(blocked)).isTrue();
    assertThat(engine.jobs().cancel(running)).as("it has to stop first").isFalse();
    listener.await(1, event -> event.equals("ended " + running + "/1 CANCELED"));
    for (long id : List.of(ready, scheduled, running, blocked)) {
      assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.CANCELED);
      assertThatThrownBy(() -> engine.jobs().cancel(id)).isInstanceOf(ConflictException.class);
    }
    assertThatThrownBy(() -> engine.jobs().cancel(999_999)).isInstanceOf(NotFoundException.class);
  }

  static void awaitState(Engine engine, long id, JobState state) {
    TestEngine.awaitUntil(
        "job " + id + " to be " + state, () -> engine.jobs().get(id).state() == state);
  }

  @Test
  void runsHigherPrioritiesFirstAndEqualOnesInOrder() {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    Engine engine = jobs.engine(work().handler((number, context) -> order.add(number.value())));
    engine.enqueue(
        List.of(
            request(1).withPriority(1),
            request(2),
            request(3).withPriority(9),
            request(4),
            request(5).withPriority(9),
            request(6).withPriority(0)));
    jobs.runDue();
    assertThat(order).containsExactly(3, 5, 2, 4, 1, 6);
  }

  @Test
  void pausedQueuesStartNothingUntilResumed() {
    Engine engine = jobs.engine(work().handler((number, context) -> null));
    long id = engine.enqueue(request(1)).id();
    engine.queues().pause("work", "maintenance");
    assertThat(jobs.runDue()).isZero();
    assertThat(engine.explain(id).reasons().getFirst())
        .satisfies(reason -> {
          assertThat(reason.code()).isEqualTo("queue-paused");
          assertThat(reason.text()).contains("maintenance");
        });
    assertThat(engine.queues().find("work"))
        .hasValueSatisfying(queue -> {
          assertThat(queue.isPaused()).isTrue();
          assertThat(queue.ready()).isEqualTo(1);
          assertThat(queue.oldestReady()).isNotNull();
        });
    engine.queues().resume("work");
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThatThrownBy(() -> engine.queues().pause("none", null))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> engine.queues().pause("work", "x".repeat(501)))
        .hasMessageContaining("500");
  }

  @Test
  void batchesGiveEachJobItsOwnEnd() {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    Engine engine =
        jobs.engine(
            work()
                .retry(RetryPolicy.NEVER)
                .batchHandler(
                    10,
                    batch -> {
                      sizes.add(batch.size());
                      for (BatchItem<Number> item : batch) {
                        item.context().log("value %d", item.payload().value());
                        if (item.payload().value() % 7 == 0) {
                          item.fail(new IllegalArgumentException("seven"));
                        } else {
                          item.result(item.payload().value());
                        }
                      }
                    }));
    List<Enqueued> all =
        engine.enqueue(IntStream.rangeClosed(1, 25).mapToObj(RunTest::request).toList());
    jobs.runDue();
    assertThat(sizes).containsExactly(10, 10, 5);
    for (int i = 1; i <= 25; i++) {
      Job job = engine.jobs().get(all.get(i - 1).id());
      assertThat(job.state()).isEqualTo(i % 7 == 0 ? JobState.FAILED : JobState.SUCCEEDED);
      assertThat(engine.jobs().logs(job.id()))
          .singleElement()
          .satisfies(line -> assertThat(line.text()).startsWith("value "));
    }
    assertThat(engine.queues().find("work").orElseThrow().running()).isZero();
  }

  @Test
  void aBatchThatThrowsFailsItsJobsButNotOthers() {
    Engine engine =
        jobs.engine(
            work()
                .retry(RetryPolicy.NEVER)
                .batchHandler(
                    5,
                    batch -> {
                      if (batch.getFirst().payload().value() < 5) {
                        throw new IllegalStateException("all of them");
                      }
                    }));
    List<Enqueued> all = engine.enqueue(IntStream.range(0, 10).mapToObj(RunTest::request).toList());
    jobs.runDue();
    assertThat(all.stream().map(one -> engine.jobs().get(one.id()).state()))
        .containsExactlyElementsOf(
            IntStream.range(0, 10)
                .mapToObj(i -> i < 5 ? JobState.FAILED : JobState.SUCCEEDED)
                .toList());
  }

  @Test
  void redrivesFailedJobs() {
    AtomicInteger runs = new AtomicInteger();
    Engine engine =
        jobs.engine(
            work()
                .retry(RetryPolicy.NEVER)
                .handler((number, context) -> {
                  if (runs.incrementAndGet() <= 3) {
                    throw new IllegalStateException("not yet");
                  }
                  return "now";
                }));
    List<Enqueued> all = engine.enqueue(List.of(request(1), request(2), request(3)));
    jobs.runDue();
    engine.jobs().retry(all.get(0).id());
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(engine.jobs().redrive("work")).isEqualTo(2);
    assertThat(jobs.runDue()).isEqualTo(2);
    for (Enqueued one : all) {
      Job job = engine.jobs().get(one.id());
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.attempt()).isEqualTo(2);
      assertThat(job.failures()).isZero();
      assertThat(engine.jobs().attempts(one.id()))
          .extracting(Attempt::outcome)
          .containsExactly(Attempt.Outcome.FAILED, Attempt.Outcome.SUCCEEDED);
    }
    assertThat(engine.jobs().redrive("work")).isZero();
    assertThatThrownBy(() -> engine.jobs().retry(all.get(0).id()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("SUCCEEDED");
  }

  @Test
  void aScheduledJobCanRunNow() {
    Engine engine = jobs.engine(work().handler((number, context) -> null));
    long id = engine.enqueue(request(1).withDelay(Duration.ofDays(1))).id();
    assertThat(jobs.runDue()).isZero();
    engine.jobs().retry(id);
    assertThat(jobs.runDue()).isEqualTo(1);
  }

  @Test
  void logsKeepHeadAndTail() {
    Engine engine =
        jobs.engine(
            work()
                .handler((number, context) -> {
                  for (int i = 0; i < 300_000; i++) {
                    context.log("line %d %s", i, "x".repeat(40));
                  }
                  context.log("two\nlines and a nul \0");
                  return null;
                }));
    long id = engine.enqueue(request(1)).id();
    jobs.runDue();
    List<LogLine> lines = engine.jobs().logs(id);
    assertThat(lines.getFirst().text()).startsWith("line 0 ");
    assertThat(lines.get(lines.size() - 2).text()).isEqualTo("two");
    assertThat(lines.getLast().text()).isEqualTo("lines and a nul \uFFFD");
    assertThat(lines.stream().filter(line -> line.text().contains("dropped"))).hasSize(1);
    long bytes = lines.stream().mapToLong(line -> line.text().length() + 15).sum();
    assertThat(bytes).isBetween(Engine.MAX_LOG_BYTES * 9L / 10, Engine.MAX_LOG_BYTES * 11L / 10);
  }

  @Test
  void logsOfARunningJobCanBeRead() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Engine engine =
        jobs.engine(
            work()
                .handler((number, context) -> {
                  context.log("I have begun");
                  end.await();
                  return null;
                }));
    engine.start();
    engine.worker(WorkerOptions.of("work")).start();
    long id = engine.enqueue(request(1)).id();
    TestEngine.awaitUntil("a line is stored", () -> !engine.jobs().logs(id).isEmpty());
    TestEngine.awaitUntil("its start is", () -> engine.jobs().get(id).startedAt() != null);
    assertThat(engine.jobs().logs(id).getFirst().text()).isEqualTo("I have begun");
    Job running = engine.jobs().get(id);
    assertThat(running.state()).isEqualTo(JobState.RUNNING);
    end.countDown();
    engine.jobs().await(id, TestEngine.PATIENCE);
    assertThat(engine.jobs().logs(id)).hasSize(1);
  }

  @Test
  void listsWithFiltersPageByPage() {
    JobDefinition<Number> other =
        JobDefinition.named("other", Number.class).handler((number, context) -> null);
    Engine engine = jobs.engine(work().handler((number, context) -> null), other);
    List<Long> ids =
        engine.enqueue(IntStream.range(0, 25).mapToObj(RunTest::request).toList()).stream()
            .map(Enqueued::id)
            .toList();
    jobs.runDue();
    engine.enqueue(JobRequest.of("other", new Number(1)).withKey(Key.coalesce("k")));
    engine.enqueue(request(99).withDelay(Duration.ofHours(1)));
    List<Long> seen = new ArrayList<>();
    String cursor = null;
    JobFilter filter = JobFilter.ALL.withQueue("work").withStates(JobState.SUCCEEDED);
    do {
      Page<Job> page = engine.jobs().list(filter, cursor, 10);
      page.items().forEach(job -> seen.add(job.id()));
      cursor = page.next();
    } while (cursor != null);
    assertThat(seen).containsExactlyElementsOf(ids.reversed());
    assertThat(engine.jobs().list(JobFilter.ALL.withKey("k"), null, 10).items())
        .singleElement()
        .satisfies(job -> assertThat(job.definition()).isEqualTo("other"));
    assertThat(engine.jobs().list(JobFilter.ALL, null, 2).items())
        .extracting(Job::state)
        .containsExactly(JobState.SCHEDULED, JobState.READY);
    assertThatThrownBy(() -> engine.jobs().list(JobFilter.ALL, "x", 10))
        .hasMessageContaining("cursor");
    assertThatThrownBy(() -> engine.jobs().list(JobFilter.ALL, null, 1_001))
        .hasMessageContaining("1000");
    assertThatThrownBy(() -> engine.jobs().list(JobFilter.ALL, null, 0))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aStrictWorkerServesTheFirstQueueFirst() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    JobDefinition<Number> high =
        JobDefinition.named("high", Number.class).handler((n, context) -> order.add("high"));
    JobDefinition<Number> low =
        JobDefinition.named("low", Number.class).handler((n, context) -> order.add("low"));
    Engine engine = jobs.engine(high, low);
    engine.enqueue(Collections.nCopies(20, JobRequest.of("low", new Number(1))));
    engine.enqueue(Collections.nCopies(20, JobRequest.of("high", new Number(1))));
    jobs.runDue();
    assertThat(order.subList(0, 20)).containsOnly("high");
  }

  @Test
  void aWeightedWorkerSharesByWeight() throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch all = new CountDownLatch(400);
    JobHandler<Number> handler =
        (n, context) -> {
          order.add(context.queue());
          LockSupport.parkNanos(1_000_000); // some work, so that claims keep ahead of it
          all.countDown();
          return null;
        };
    Engine engine =
        jobs.engine(
            JobDefinition.named("three", Number.class).handler(handler),
            JobDefinition.named("one", Number.class).handler(handler));
    engine.enqueue(Collections.nCopies(200, JobRequest.of("one", new Number(1))));
    engine.enqueue(Collections.nCopies(200, JobRequest.of("three", new Number(1))));
    engine
        .worker(
            WorkerOptions.weighted(
                    new WorkerOptions.Share("one", 1), new WorkerOptions.Share("three", 3))
                .withConcurrency(1))
        .start();
    assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
    long threes = order.subList(0, 200).stream().filter("three"::equals).count();
    assertThat(threes).as("three quarters while both have jobs").isBetween(140L, 160L);
  }
}
