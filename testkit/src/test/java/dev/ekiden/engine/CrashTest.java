package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.ClaimTable.Start;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that a worker died under: who counts as one, and that each of them runs in the end. */
class CrashTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((payload, context) -> null);

  private static long started() {
    return jobs.database()
        .withHandle(handle ->
            handle
                .createQuery("SELECT count(*) FROM ekiden.running WHERE started_at IS NOT NULL")
                .mapTo(Long.class)
                .one());
  }

  /**
   * A job that ends its process before its start could be noted is not told from those that waited
   * beside it. So what a dead worker held is noted as started when it is claimed again: the second
   * time it counts.
   */
  @Test
  void aClaimedAheadJobThatEndsItsProcessAtOnceIsLostTheSecondTime() throws Exception {
    Engine engine =
        jobs.closeAfterTest(
            Engine.on(jobs.database().dataSource())
                .definitions(WorkerProcess.task(new CountDownLatch(0)))
                .lease(Duration.ofSeconds(1))
                .build());
    engine.register();
    engine.start();
    List<JobRequest> requests =
        IntStream.rangeClosed(0, 20)
            .mapToObj(
                i -> JobRequest.of("task", new WorkerProcess.Task(i < 20 ? "nothing" : "crash")))
            .toList();
    long crashing = engine.enqueue(requests).getLast().id();
    for (int i = 0; i < 2; i++) {
      try (WorkerProcess doomed =
          WorkerProcess.start(jobs.testDatabase().address(), Duration.ofSeconds(1), 4)) {
        assertThat(doomed.awaitExit()).isEqualTo(137);
      }
      RunTest.awaitState(engine, crashing, JobState.READY);
    }
    assertThat(engine.jobs().get(crashing).losses()).isPositive();
  }

  /** Else the one of them that ends its process takes the same others with it again. */
  @Test
  void whatADeadWorkerMayHaveStartedRunsOneAtATimeAndKeepsNobodyElse() throws Exception {
    int suspects = 5;
    AtomicInteger together = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(suspects);
    JobDefinition<Work> suspect =
        JobDefinition.named("suspect", Work.class)
            .queue("work")
            .handler((payload, context) -> {
              most.accumulateAndGet(together.incrementAndGet(), Math::max);
              Thread.yield();
              together.decrementAndGet();
              ended.countDown();
              return null;
            });
    JobDefinition<Work> other =
        JobDefinition.named("other", Work.class)
            .queue("work")
            .handler((payload, context) -> ended.await(60, TimeUnit.SECONDS));
    Engine engine = jobs.engine(suspect, other);
    for (int i = 0; i < suspects; i++) {
      engine.enqueue(suspect.request(new Work(i)).withPriority(1));
    }
    jobs.database().useTransaction(handle -> handle.execute("UPDATE ekiden.ready SET attempt = 1"));
    long beside = engine.enqueue(other.request(new Work(0)).withPriority(9)).id();
    engine.start();
    engine.worker(WorkerOptions.of("work").withConcurrency(suspects)).start();
    assertThat(engine.jobs().await(beside, Duration.ofSeconds(60)).result()).isEqualTo("true");
    assertThat(most.get()).isEqualTo(1);
  }

  /** Else it would run beside others as soon as another job of its key comes. */
  @Test
  void aLostJobOfACoalesceKeyRunsAloneToo() {
    Engine engine = jobs.engine(work);
    JobRequest request = work.request(new Work(1)).withKey(Key.coalesce("k"));
    long other = engine.enqueue(request).id();
    long lost = engine.enqueue(request).id();
    jobs.database()
        .useTransaction(
            handle -> handle.execute("UPDATE ekiden.ready SET losses = 1 WHERE id = ?", lost));
    DefinitionTable.Row definition =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    Order order = new Order(1, definition.queueId(), List.of(definition.id()), 10, 10);
    assertThat(
            jobs.database()
                .inTransaction(handle -> ClaimTable.claimGated(handle, order, new GateMemory()))
                .jobs())
        .extracting(ClaimedJob::id)
        .containsExactly(other);
    assertThat(engine.jobs().get(lost).state()).isEqualTo(JobState.READY);
  }

  /** Else a worker that is stopped in the middle of one keeps the recovery from its jobs. */
  @Test
  void everyTransactionThatLocksIsEndedInTimeWhenItsProcessIsStopped() {
    Engine engine = jobs.engine(work);
    long id = engine.enqueue(work.request(new Work(1))).id();
    DefinitionTable.Row definition =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    Order order = new Order(1, definition.queueId(), List.of(definition.id()), 1, 0);
    Settlement end =
        new Settlement(
            new AttemptRef(id, 1, 1), Outcome.SUCCEEDED, false, 0, null, null, null, null);
    List<Consumer<Handle>> transactions =
        List.of(
            handle -> ClaimTable.claimPlain(handle, order),
            handle -> ClaimTable.claimGated(handle, order, new GateMemory()),
            handle -> ClaimTable.claimLost(handle, order),
            handle -> ClaimTable.markStarted(handle, List.of(new Start(id, 1, 0))),
            handle -> assertThat(SettleTable.settle(handle, List.of(end))).hasSize(1),
            handle -> assertThat(SettleTable.settle(handle, List.of(end))).as("again").isEmpty(),
            handle -> QueueTable.pause(handle, "work", null));
    for (Consumer<Handle> transaction : transactions) {
      jobs.database()
          .useTransaction(handle -> {
            transaction.accept(handle);
            assertThat(
                    handle
                        .createQuery(
                            "SELECT current_setting('idle_in_transaction_session_timeout')")
                        .mapTo(String.class)
                        .one())
                .isEqualTo("2s");
          });
    }
  }

  /** The first by priority waits for a parked one, and that for one that nobody looks at. */
  @Test
  void lostJobsOfASerialKeyRunWhateverTheirPriorities() throws Exception {
    Engine engine = jobs.engine(work);
    JobRequest request = work.request(new Work(1)).withKey(Key.serial("k"));
    long first = engine.enqueue(request.withPriority(1)).id();
    long parked = engine.enqueue(request).id();
    long last = engine.enqueue(request.withPriority(9)).id();
    jobs.database()
        .useTransaction(handle -> {
          handle.execute(
              """
              INSERT INTO ekiden.blocked
                (id, reason, queue_id, priority, definition_id, attempt, failures, losses, key,
                 key_kind)
              SELECT id, 'KEY', queue_id, priority, definition_id, attempt, failures, losses, key,
                     key_kind
              FROM ekiden.ready WHERE id = ?
              """,
              parked);
          handle.execute("DELETE FROM ekiden.ready WHERE id = ?", parked);
          handle.execute("UPDATE ekiden.ready SET losses = 1");
        });
    engine.start();
    engine.worker(WorkerOptions.of("work")).start();
    for (long id : List.of(first, parked, last)) {
      assertThat(engine.jobs().await(id, TestEngine.PATIENCE).state())
          .isEqualTo(JobState.SUCCEEDED);
    }
  }

  /** Else a worker's death costs a loss those that never ran, and then each must run alone. */
  @Test
  void onlyWhatStartsIsNotedAsStarted() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch letGo = new CountDownLatch(1);
    JobDefinition<Work> waiting =
        JobDefinition.named("waiting", Work.class)
            .queue("work")
            .handler((payload, context) -> {
              begun.countDown();
              letGo.await();
              return null;
            });
    JobDefinition<Work> batch =
        JobDefinition.named("batch", Work.class).queue("work").batchHandler(20, items -> {});
    Engine engine = jobs.engine(waiting, batch);
    engine.enqueue(IntStream.range(0, 100).mapToObj(i -> waiting.request(new Work(i))).toList());
    engine.start();
    engine.worker(WorkerOptions.of("work").withConcurrency(2)).start();
    begun.await();
    try {
      assertThat(started()).isEqualTo(2);
    } finally {
      letGo.countDown();
    }
  }
}
