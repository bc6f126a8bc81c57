package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.TransactionWork;
import dev.ekiden.testkit.TestEngine;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** COALESCE keys: what they promise, and the interleavings in which that promise could break. */
class CoalesceTest {
  record Refresh(String plan) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Refresh> refresh =
      JobDefinition.named("refresh", Refresh.class)
          .queue("live")
          .retry(new RetryPolicy(2, Duration.ofHours(1), 1, Duration.ofHours(1), 0))
          .handler((payload, context) -> payload.plan());

  private Engine engine = jobs.engine(refresh);
  private DefinitionTable.Row definition;

  @BeforeEach
  void find() {
    definition =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "refresh")).orElseThrow();
  }

  private long enqueue(String key) {
    return engine.enqueue(refresh.request(new Refresh(key)).withKey(Key.coalesce(key))).id();
  }

  private Claim claim(Handle handle) {
    return ClaimTable.claimGated(
        handle,
        new Order(1, definition.queueId(), List.of(definition.id()), 100, 100),
        new GateMemory());
  }

  private static void end(Handle handle, ClaimedJob job, Outcome outcome) {
    assertThat(
            SettleTable.settle(
                handle,
                List.of(new Settlement(job.ref(), outcome, false, 0, 0L, null, null, null))))
        .hasSize(1);
  }

  @Test
  void everythingThatWaitsRunsAsTheNewest() {
    List<Long> ids = List.of(enqueue("p"), enqueue("p"), enqueue("p"));
    engine.enqueue(refresh.request(new Refresh("p")).withKey(Key.coalesce("p")).withPriority(8));
    assertThat(jobs.runDue()).as("one attempt for all four").isEqualTo(1);
    long leader = ids.getLast() + 1;
    for (long id : ids) {
      Job job = engine.jobs().get(id);
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.coalescedInto()).isEqualTo(leader);
      assertThat(engine.jobs().attempts(id)).isEmpty();
    }
    assertThat(engine.jobs().get(leader).coalescedInto()).isNull();
  }

  @Test
  void theNewestTakesTheHighestPriorityAndItsOwnFailures() {
    JobRequest low = refresh.request(new Refresh("p")).withKey(Key.coalesce("p")).withPriority(1);
    engine.enqueue(low.withPriority(9));
    long newest = engine.enqueue(low).id();
    Claim claim = jobs.database().inTransaction(this::claim);
    assertThat(claim.jobs())
        .singleElement()
        .satisfies(job -> {
          assertThat(job.id()).isEqualTo(newest);
          assertThat(job.priority()).isEqualTo(9);
          assertThat(job.failures()).isZero();
        });
  }

  @Test
  void whileOneRunsLaterOnesWaitAndThenRun() {
    long first = enqueue("p");
    ClaimedJob running = jobs.database().inTransaction(this::claim).jobs().getFirst();
    long second = enqueue("p");
    long third = enqueue("p");
    assertThat(jobs.database().inTransaction(this::claim).jobs()).isEmpty();
    assertThat(engine.jobs().get(second).blocked()).isEqualTo(Job.BlockedReason.KEY);
    jobs.database().useTransaction(handle -> end(handle, running, Outcome.SUCCEEDED));
    assertThat(engine.jobs().get(second).state()).isEqualTo(JobState.READY);
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(engine.jobs().get(second).coalescedInto()).isEqualTo(third);
    assertThat(engine.jobs().get(first).coalescedInto()).isNull();
  }

  @Test
  void aNewJobTakesAlongOneInBackOffAndWhatThatHadAbsorbed() {
    long oldest = enqueue("p");
    long older = enqueue("p");
    ClaimedJob running = jobs.database().inTransaction(this::claim).jobs().getFirst();
    jobs.database()
        .useTransaction(handle ->
            SettleTable.settle(
                handle,
                List.of(
                    new Settlement(
                        running.ref(),
                        Outcome.RETRIED,
                        false,
                        3_600_000_000L,
                        0L,
                        null,
                        "Broken",
                        "broken"))));
    assertThat(engine.jobs().get(older).state()).isEqualTo(JobState.SCHEDULED);
    assertThat(engine.jobs().get(oldest).blocker()).isEqualTo(older);
    long newest = enqueue("p");
    assertThat(jobs.runDue()).isEqualTo(1);
    for (long id : List.of(oldest, older)) {
      assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(engine.jobs().get(id).coalescedInto()).isEqualTo(newest);
    }
  }

  @Test
  void delayedJobsOfAKeyAreNotTakenBeforeTheirTime() {
    long delayed =
        engine
            .enqueue(
                refresh
                    .request(new Refresh("p"))
                    .withKey(Key.coalesce("p"))
                    .withDelay(Duration.ofHours(1)))
            .id();
    enqueue("p");
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(engine.jobs().get(delayed).state()).isEqualTo(JobState.SCHEDULED);
  }

  /** Two claims at once: the second waits for the first, then parks. */
  @Test
  void twoClaimsOfOneKeyNeverBothRunIt() throws Exception {
    enqueue("p");
    try (Transaction one = new Transaction();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      assertThat(one.run(this::claim).jobs()).hasSize(1);
      long second = enqueue("p");
      Future<Claim> other = thread.submit(() -> jobs.database().inTransaction(this::claim));
      awaitLockWait(jobs.database());
      one.commit();
      assertThat(other.get().jobs()).isEmpty();
      assertThat(engine.jobs().get(second).state()).isEqualTo(JobState.BLOCKED);
    }
  }

  /** A claim parks while the end is on its way: the end must free what was parked. */
  @Test
  void anEndThatFollowsAParkingClaimFreesTheParked() throws Exception {
    enqueue("p");
    ClaimedJob running = jobs.database().inTransaction(this::claim).jobs().getFirst();
    long second = enqueue("p");
    try (Transaction parking = new Transaction();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      assertThat(parking.run(this::claim).jobs()).isEmpty();
      Future<?> end =
          thread.submit(() ->
              jobs.database().useTransaction(handle -> end(handle, running, Outcome.SUCCEEDED)));
      awaitLockWait(jobs.database());
      parking.commit();
      end.get();
    }
    assertThat(engine.jobs().get(second).state()).as("not left behind").isEqualTo(JobState.READY);
  }

  /** The end goes first: the claim must not park behind a key that is being let go. */
  @Test
  void aClaimThatFollowsAnEndDoesNotPark() throws Exception {
    enqueue("p");
    ClaimedJob running = jobs.database().inTransaction(this::claim).jobs().getFirst();
    long second = enqueue("p");
    try (Transaction ending = new Transaction();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      ending.run(handle -> {
        end(handle, running, Outcome.SUCCEEDED);
        return true;
      });
      Future<Claim> claim = thread.submit(() -> jobs.database().inTransaction(this::claim));
      awaitLockWait(jobs.database());
      ending.commit();
      assertThat(claim.get().jobs()).extracting(ClaimedJob::id).containsExactly(second);
    }
  }

  /** The claim is rolled back after it took the key: nothing may stay taken. */
  @Test
  void aRolledBackClaimLeavesTheKeyFree() throws Exception {
    enqueue("p");
    try (Transaction dying = new Transaction()) {
      assertThat(dying.run(this::claim).jobs()).hasSize(1);
    }
    assertThat(jobs.runDue()).isEqualTo(1);
  }

  /**
   * Many workers, hot keys, failures: at no instant do two jobs of a key run, and after the last
   * change of a key some job of it has started that was enqueued no earlier.
   */
  @Test
  void hotKeysUnderManyWorkersNeverOverlapAndNeverMissAChange() throws Exception {
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    Map<String, AtomicLong> truth = new ConcurrentHashMap<>();
    Map<String, AtomicLong> seen = new ConcurrentHashMap<>();
    AtomicInteger overlaps = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    JobDefinition<Refresh> hot =
        JobDefinition.named("hot", Refresh.class)
            .retry(new RetryPolicy(50, Duration.ofMillis(1), 1, Duration.ofMillis(5), 0.5))
            .handler((payload, context) -> {
              AtomicInteger here =
                  running.computeIfAbsent(payload.plan(), key -> new AtomicInteger());
              if (here.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
              }
              try {
                long version = truth.get(payload.plan()).get();
                if (calls.incrementAndGet() % 10 == 0) {
                  throw new IllegalStateException("now and then");
                }
                seen.computeIfAbsent(payload.plan(), key -> new AtomicLong())
                    .accumulateAndGet(version, Math::max);
              } finally {
                here.decrementAndGet();
              }
              return null;
            });
    Engine busy = jobs.engine(hot);
    busy.start();
    for (int i = 0; i < 3; i++) {
      busy.worker(WorkerOptions.of("hot").withConcurrency(8)).start();
    }
    Random random = new Random(7);
    for (int i = 0; i < 3_000; i++) {
      String key = "k" + random.nextInt(20);
      truth.computeIfAbsent(key, absent -> new AtomicLong()).incrementAndGet();
      busy.enqueue(hot.request(new Refresh(key)).withKey(Key.coalesce(key)));
    }
    TestEngine.awaitUntil("all jobs to end", () -> depth(busy) == 0);
    assertThat(overlaps).hasValue(0);
    truth.forEach((key, version) ->
        assertThat(seen.get(key).get()).as("last change of " + key).isEqualTo(version.get()));
    List<Job> all = new ArrayList<>();
    String cursor = null;
    do {
      Page<Job> page = busy.jobs().list(JobFilter.ALL.withQueue("hot"), cursor, 1_000);
      all.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    assertThat(all).hasSize(3_000).allMatch(job -> job.state() == JobState.SUCCEEDED);
  }

  private static long depth(Engine engine) {
    return engine.queues().find("hot").stream()
        .mapToLong(queue -> queue.ready() + queue.scheduled() + queue.blocked() + queue.running())
        .sum();
  }

  /** Waits until some backend of this database waits for a lock. */
  static void awaitLockWait(Database database) {
    TestEngine.awaitUntil(
        "somebody to wait for a lock",
        () ->
            database.withHandle(handle ->
                handle
                    .createQuery(
                        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname ="
                            + " current_database() AND wait_event_type = 'Lock')")
                    .mapTo(Boolean.class)
                    .one()));
  }

  /** A transaction that a test holds open. */
  private static final class Transaction implements AutoCloseable {
    private final Connection connection;

    Transaction() throws SQLException {
      connection = jobs.database().dataSource().getConnection();
      connection.setAutoCommit(false);
    }

    <T> T run(TransactionWork<T> work) {
      return HeldOpen.joined(jobs.database(), connection, work);
    }

    void commit() throws SQLException {
      connection.commit();
    }

    @Override
    public void close() throws SQLException {
      connection.rollback();
      connection.setAutoCommit(true);
      connection.close();
    }
  }
}
