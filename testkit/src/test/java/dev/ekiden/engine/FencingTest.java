package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.ClaimTable.Start;
import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.LifeTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ends that come twice, too late, or from somebody who gave the job back, must not count. */
class FencingTest {
  private static final int ROUNDS = 10;

  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((payload, context) -> null);
  private final Engine engine = jobs.engine(work);

  private ClaimedJob claim(long worker) {
    return claim(worker, 1).getFirst();
  }

  private List<ClaimedJob> claim(long worker, int max) {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimPlain(
                handle, new Order(worker, row.queueId(), List.of(row.id()), max, 0)))
        .jobs();
  }

  private static List<Settled> end(AttemptRef ref, Outcome outcome) {
    return jobs.database()
        .inTransaction(handle ->
            SettleTable.settle(
                handle, List.of(new Settlement(ref, outcome, false, 0, null, null, null, null))));
  }

  /**
   * A worker gives a job back, the answer is lost, it says so again; meanwhile another worker has
   * the job, under the number that the first one gave back.
   */
  @Test
  void aJobGivenBackTwiceIsNotTakenFromItsNextWorker() {
    long id = engine.enqueue(work.request(new Work(1))).id();
    ClaimedJob first = claim(1);
    assertThat(end(first.ref(), Outcome.RETURNED)).hasSize(1);
    ClaimedJob second = claim(2);
    assertThat(second.attempt()).as("handed back without a trace").isEqualTo(first.attempt());
    assertThat(end(first.ref(), Outcome.RETURNED)).isEmpty();
    assertThat(end(first.ref(), Outcome.SUCCEEDED)).isEmpty();
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.RUNNING);
    assertThat(end(second.ref(), Outcome.SUCCEEDED)).hasSize(1);
  }

  /** An end must take its row away although the row is changed while the statement runs. */
  @ParameterizedTest
  @EnumSource(names = {"RETRIED", "SUCCEEDED"})
  void anEndCountsWhileStartsAreNoted(Outcome outcome) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      engine.enqueue(
          IntStream.range(0, 200).mapToObj(number -> work.request(new Work(number))).toList());
      List<ClaimedJob> claimed = claim(1, 200);
      try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
        Future<?> noting = threads.submit(() -> claimed.forEach(FencingTest::noteStart));
        for (int from = 0; from < claimed.size(); from += 20) {
          List<Settlement> ends =
              claimed.subList(from, from + 20).stream()
                  .map(
                      job -> new Settlement(job.ref(), outcome, false, 0, 5L, null, "failed", null))
                  .toList();
          Set<AttemptRef> left = new HashSet<>();
          ends.forEach(end -> left.add(end.ref()));
          while (!left.isEmpty()) {
            List<Settlement> some = ends.stream().filter(end -> left.contains(end.ref())).toList();
            jobs.database()
                .inTransaction(handle -> SettleTable.settle(handle, some))
                .forEach(end -> left.remove(end.ref()));
          }
        }
        noting.get();
      }
      assertThat(count("running")).isZero();
      int left = outcome == Outcome.RETRIED ? 200 : 0;
      assertThat(count("ready")).isEqualTo(left);
      assertThat(count("job")).isEqualTo(left);
      List<ClaimedJob> again = claim(2, 200);
      assertThat(again).hasSize(left);
      jobs.database()
          .useTransaction(handle ->
              SettleTable.settle(
                  handle,
                  again.stream()
                      .map(job ->
                          new Settlement(
                              job.ref(), Outcome.SUCCEEDED, false, 0, 5L, null, null, null))
                      .toList()));
    }
  }

  private static void noteStart(ClaimedJob job) {
    jobs.database()
        .useTransaction(handle -> {
          handle.execute("SET LOCAL synchronous_commit = off");
          ClaimTable.markStarted(handle, List.of(new Start(job.id(), job.attempt(), 10)));
        });
  }

  @Test
  void startsAreNotedEachWithItsTimeAndOnlyForTheAttemptThatRuns() {
    engine.enqueue(
        IntStream.range(0, 100).mapToObj(number -> work.request(new Work(number))).toList());
    List<ClaimedJob> claimed = claim(1, 100);
    Instant now = jobs.database().withHandle(ClockTable::now);
    List<Start> starts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      // Every tenth belongs to an attempt that is no more.
      int attempt = claimed.get(i).attempt() - (i % 10 == 0 ? 1 : 0);
      starts.add(new Start(claimed.get(i).id(), attempt, (i + 1) * 60_000_000L));
    }
    starts.add(new Start(Long.MAX_VALUE, 1, 0));
    Collections.shuffle(starts, new Random(1));
    jobs.database().useTransaction(handle -> ClaimTable.markStarted(handle, starts));
    for (int i = 0; i < 100; i++) {
      Instant started = engine.jobs().get(claimed.get(i).id()).startedAt();
      if (i % 10 == 0) {
        assertThat(started).isNull();
      } else {
        assertThat(started)
            .isBetween(now.minusSeconds(60L * (i + 1)), now.minusSeconds(60L * (i + 1) - 50));
      }
    }
    jobs.database()
        .useTransaction(handle ->
            ClaimTable.markStarted(
                handle, List.of(new Start(claimed.get(1).id(), claimed.get(1).attempt(), 0))));
    assertThat(engine.jobs().get(claimed.get(1).id()).startedAt())
        .as("the first note counts")
        .isBefore(now);
  }

  @Test
  void anEndCountsOnce() {
    long id = engine.enqueue(work.request(new Work(1))).id();
    ClaimedJob job = claim(1);
    assertThat(end(job.ref(), Outcome.SUCCEEDED)).hasSize(1);
    assertThat(end(job.ref(), Outcome.FAILED)).isEmpty();
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.SUCCEEDED);
  }

  /** An end never waits for a row: it is told that it is to come again, and then sees the stop. */
  @Test
  void anEndThatMeetsACancelIsTriedAgainAndThenSeesIt() throws Exception {
    long id = engine.enqueue(work.request(new Work(1))).id();
    ClaimedJob job = claim(1);
    try (Connection canceling = jobs.database().dataSource().getConnection()) {
      canceling.setAutoCommit(false);
      Map<Long, Long> asked =
          HeldOpen.joined(
              jobs.database(), canceling, handle -> LifeTable.askToStop(handle, List.of(id)));
      assertThat(asked).containsEntry(id, 1L);
      assertThat(end(job.ref(), Outcome.RETRIED)).as("locked").isEmpty();
      assertThat(stillRunning(job.ref())).containsExactly(job.ref());
      canceling.commit();
    }
    assertThat(end(job.ref(), Outcome.RETRIED))
        .singleElement()
        .satisfies(settled -> assertThat(settled.outcome()).isEqualTo(Outcome.CANCELED));
    assertThat(stillRunning(job.ref())).isEmpty();
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.CANCELED);
    assertThat(count("running") + count("scheduled") + count("job")).isZero();
  }

  private static Set<AttemptRef> stillRunning(AttemptRef ref) {
    return jobs.database().withHandle(handle -> SettleTable.stillRunning(handle, List.of(ref)));
  }

  /** An attempt that outlived its lease, and the next one of the same job in the same worker. */
  @Test
  void twoAttemptsOfAJobThatEndAtOnceAreToldApart() {
    engine.enqueue(work.request(new Work(1)));
    ClaimedJob first = claim(1);
    jobs.database()
        .useTransaction(handle ->
            SettleTable.settle(
                handle,
                List.of(
                    new Settlement(first.ref(), Outcome.LOST, true, 0, null, null, null, null))));
    ClaimedJob second = claim(2);
    assertThat(second.attempt()).isEqualTo(2);
    Outbox.Turn turn =
        new Outbox.Turn(
            List.of(succeeded(second), succeeded(first)), List.of(), List.of(), List.of());
    List<Settled> settled =
        jobs.database()
            .inTransaction(handle -> SettleTable.settle(handle, Dispatcher.settlements(turn)));
    assertThat(settled).extracting(Settled::ref).containsExactly(second.ref());
  }

  private static Execution.End succeeded(ClaimedJob job) {
    return new Execution.End(
        job,
        "work",
        Outcome.SUCCEEDED,
        Duration.ZERO,
        0,
        Duration.ZERO,
        null,
        null,
        null,
        List.of(),
        true);
  }

  @Test
  void twoRedrivesAtOnceBringAJobBackOnce() throws Exception {
    long id = engine.enqueue(work.request(new Work(1))).id();
    end(claim(1).ref(), Outcome.FAILED);
    try (Connection one = jobs.database().dataSource().getConnection();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      one.setAutoCommit(false);
      HeldOpen.joined(
          jobs.database(),
          one,
          handle ->
              LifeTable.redrive(handle, List.of(id), java.util.Collections.singletonList(null)));
      Future<Long> other = thread.submit(() -> engine.jobs().redrive("work"));
      CoalesceTest.awaitLockWait(jobs.database());
      one.commit();
      assertThat(other.get()).isZero();
    }
    assertThat(count("ready")).isEqualTo(1);
    assertThat(claim(1).attempt()).isEqualTo(2);
  }

  private static long count(String table) {
    return jobs.database()
        .withHandle(handle ->
            handle.createQuery("SELECT count(*) FROM ekiden." + table).mapTo(Long.class).one());
  }
}
