package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.BulkRequest.Action;
import dev.ekiden.engine.KilledProcess.Work;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process is killed within a transaction: whoever goes on doubles nothing and loses nothing. */
@Timeout(120)
class KillTest {
  private static final int JOBS = 5_000;

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .queue("bulk")
          .retry(RetryPolicy.NEVER)
          .handler((payload, context) -> null);
  private final Engine engine = jobs.engine(work);

  private static long count(String sql) {
    return jobs.database()
        .withHandle(handle -> handle.createQuery("SELECT count(*) " + sql).mapTo(Long.class).one());
  }

  private static boolean killedWaitsForALock() {
    return count(
            "FROM pg_stat_activity WHERE application_name = '"
                + KilledProcess.NAME
                + "' AND wait_event_type = 'Lock'")
        > 0;
  }

  @ParameterizedTest
  @EnumSource(Action.class)
  void aBulkOperationGoesOnWhereItWasKilled(Action action) throws Exception {
    engine.enqueue(
        Collections.nCopies(JOBS, work.request(new Work("")).withDelay(Duration.ofDays(1))));
    if (action == Action.RETRY) {
      engine.bulk().run(BulkRequest.cancel(JobFilter.ALL.withQueue("bulk")));
    }
    long killedAt;
    try (WorkerProcess process =
        WorkerProcess.start(KilledProcess.class, jobs.testDatabase().address(), action.name())) {
      process.awaitLine("batch");
      killedAt = killInTheMiddle(process);
    }
    BulkProgress before = engine.bulk().find(KilledProcess.BULK_ID).orElseThrow();
    assertThat(before.isFinished()).isFalse();
    assertThat(before.changed()).isEqualTo(killedAt).isBetween(1L, JOBS - 1L);

    BulkProgress after =
        engine
            .bulk()
            .run(KilledProcess.BULK_ID, KilledProcess.request(action), null, progress -> {});
    assertThat(after.isFinished()).isTrue();
    assertThat(after.total()).isEqualTo(JOBS);
    assertThat(after.changed()).as("nothing twice, nothing left out").isEqualTo(JOBS);
    switch (action) {
      case RETRY -> {
        assertThat(count("FROM ekiden.ready")).isEqualTo(JOBS);
        assertThat(count("FROM ekiden.finished")).isZero();
      }
      case CANCEL -> {
        assertThat(count("FROM ekiden.finished WHERE state = 'CANCELED'")).isEqualTo(JOBS);
        assertThat(count("FROM ekiden.job")).isZero();
      }
      case CLONE -> {
        assertThat(count("FROM ekiden.job WHERE clone_of IS NULL")).isEqualTo(JOBS);
        assertThat(count("FROM ekiden.job WHERE clone_of IS NOT NULL")).isEqualTo(JOBS);
        assertThat(count("FROM (SELECT DISTINCT clone_of FROM ekiden.job) AS source"))
            .isEqualTo(JOBS + 1L);
        assertThat(count("FROM ekiden.ready")).isEqualTo(JOBS);
        assertThat(count("FROM ekiden.scheduled")).isEqualTo(JOBS);
      }
    }
    assertThat(
            count("FROM (SELECT id FROM ekiden.job UNION ALL SELECT id FROM ekiden.finished) AS a"))
        .isEqualTo(action == Action.CLONE ? 2L * JOBS : JOBS);
  }

  /** Holds up the process at the end of a statement that moves jobs; answers how far it was. */
  private static long killInTheMiddle(WorkerProcess process) throws Exception {
    CompletableFuture<Void> killed = new CompletableFuture<>();
    CompletableFuture<Long> changed = new CompletableFuture<>();
    CompletableFuture<Void> holder =
        CompletableFuture.runAsync(() ->
                jobs.database()
                    .useTransaction(handle -> {
                      handle.execute("LOCK TABLE ekiden.depth_note IN SHARE MODE");
                      changed.complete(
                          handle
                              .createQuery("SELECT changed FROM ekiden.bulk_operation WHERE id = ?")
                              .bind(0, KilledProcess.BULK_ID)
                              .mapTo(Long.class)
                              .one());
                      killed.join();
                    }))
            .whenComplete((nothing, failure) ->
                changed.completeExceptionally(
                    failure == null ? new IllegalStateException() : failure));
    long before;
    try {
      before = changed.get();
      TestEngine.awaitUntil("it is within a batch", KillTest::killedWaitsForALock);
      process.signal("KILL");
      assertThat(process.awaitExit()).isEqualTo(137);
    } finally {
      killed.complete(null);
    }
    holder.get();
    TestEngine.awaitUntil(
        "its connections are gone",
        () ->
            count("FROM pg_stat_activity WHERE application_name = '" + KilledProcess.NAME + "'")
                == 0);
    return before;
  }

  @ParameterizedTest
  @ValueSource(strings = {"before", "after"})
  void anEffectHappensOnceThoughItsProcessIsKilledInItsTransaction(String how) throws Exception {
    jobs.database()
        .useTransaction(handle ->
            handle.execute(
                "DROP TABLE IF EXISTS public.effect; CREATE TABLE public.effect (job bigint)"));
    JobDefinition<Work> effect = KilledProcess.effect(() -> jobs.database().dataSource(), false);
    Engine other =
        jobs.closeAfterTest(
            Engine.on(jobs.database().dataSource())
                .definitions(effect)
                .lease(Duration.ofSeconds(1))
                .build());
    other.register();
    List<Long> ids =
        other.enqueue(Collections.nCopies(2, effect.request(new Work(how)))).stream()
            .map(Enqueued::id)
            .toList();
    try (WorkerProcess process =
        WorkerProcess.start(KilledProcess.class, jobs.testDatabase().address(), "effect")) {
      process.awaitLine("stopped");
      process.awaitLine("stopped");
      assertThat(count("FROM public.effect")).isEqualTo(how.equals("before") ? 0 : 2);
      process.signal("KILL");
      assertThat(process.awaitExit()).isEqualTo(137);
    }
    other.start();
    other.worker(WorkerOptions.of("effects")).start();
    for (long id : ids) {
      Job job = other.jobs().await(id, TestEngine.PATIENCE);
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.result()).isEqualTo("\"done\"");
      assertThat(job.attempt()).isEqualTo(how.equals("before") ? 2 : 1);
      assertThat(count("FROM public.effect WHERE job = " + id)).isEqualTo(1);
    }
    assertThat(count("FROM public.effect")).isEqualTo(2);
  }
}
