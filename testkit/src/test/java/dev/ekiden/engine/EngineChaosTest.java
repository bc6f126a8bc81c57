package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.ChaosWork.Item;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything at once, from a seed: workers in this JVM and in a process that is killed again and
 * again, connections that break, pauses, cancels, drains, a clock that jumps. Then a checker
 * compares what happened with the rules; that it sees a broken one is tested, too.
 */
class EngineChaosTest {
  private static final long SEED = Long.getLong("ekiden.chaos.seed", 20_261_121);
  private static final Duration CHAOS = Duration.ofSeconds(6);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final int ENGINES = 2;
  private static final int MOST_WAITING = 400;
  private static final Logger LOG = LoggerFactory.getLogger(EngineChaosTest.class);

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final Random random = new Random(SEED);
  private final Set<Long> accepted = new HashSet<>();
  private final Set<Long> canceled = new HashSet<>();
  private final List<Host> hosts = new ArrayList<>();
  private final Killable process = new Killable();
  private ChaosHistory history;
  private Engine control;

  @BeforeEach
  void watch() {
    history = ChaosHistory.watch(jobs.database());
    control =
        jobs.engine(ChaosWork.definitions(history, "control").toArray(JobDefinition<?>[]::new));
  }

  // ---- the run ----

  @Test
  void everyRuleHoldsWhateverHappens() throws Exception {
    try {
      for (int i = 0; i < ENGINES; i++) {
        hosts.add(new Host("engine " + i));
      }
      process.replace();
      long end = System.nanoTime() + CHAOS.toNanos();
      while (System.nanoTime() < end) {
        step();
        assertThat(history.inTwoStates()).isEmpty();
      }
      process.awaitReady();
      awaitTheEnd();
    } finally {
      process.kill();
      hosts.forEach(Host::close);
    }
    LOG.info(
        "Chaos of seed {}: {} jobs accepted, {} canceled, {} processes killed",
        SEED,
        accepted.size(),
        canceled.size(),
        process.killed);
    assertThat(accepted).hasSizeGreaterThan(100);
    assertThat(history.violations(accepted, canceled)).as("seed %d", SEED).isEmpty();
  }

  private void step() throws InterruptedException {
    String queue = random.nextBoolean() ? ChaosWork.QUEUE : ChaosWork.BATCHES;
    switch (random.nextInt(25)) {
      case 0 -> control.queues().pause(queue, "chaos");
      case 1, 2 -> control.queues().resume(queue);
      case 3, 4 -> control.clock().advance(Duration.ofMillis(random.nextInt(-2_000, 10_000)));
      case 5, 6 -> breakAConnection();
      case 7, 8, 9 -> cancel();
      case 10 -> host().replaceWorker();
      case 11 -> process.replace();
      default -> enqueue();
    }
  }

  private Host host() {
    return hosts.get(random.nextInt(hosts.size()));
  }

  private void enqueue() {
    if (history.notEnded().size() > MOST_WAITING) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      return;
    }
    List<JobRequest> requests =
        IntStream.rangeClosed(0, random.nextInt(20)).mapToObj(i -> request()).toList();
    try {
      host().engine.enqueue(requests).forEach(one -> accepted.add(one.id()));
    } catch (RuntimeException e) {
      // The answer was lost: the jobs may be there or not.
      if (!Database.isTransient(e)) {
        throw e;
      }
    }
  }

  private JobRequest request() {
    int fails = Math.max(0, random.nextInt(12) - 8);
    String key = random.nextBoolean() ? "k" + random.nextInt(6) : null;
    JobRequest request =
        switch (random.nextInt(20)) {
          case 0 -> JobRequest.of("hanging", new Item(0, key));
          case 1, 2, 3, 4, 5 -> JobRequest.of("batch", new Item(fails, null));
          default -> JobRequest.of("single", new Item(fails, key));
        };
    if (request.payload() instanceof Item item && item.key() != null) {
      request = request.withKey(Key.coalesce(item.key()));
    } else if (random.nextInt(4) == 0) {
      request = request.withKey(Key.unique("u" + random.nextInt(200), Duration.ofDays(1)));
    }
    if (random.nextInt(5) == 0) {
      request = request.withDelay(Duration.ofMillis(random.nextInt(10_000)));
    }
    return request.withPriority(random.nextInt(10));
  }

  private void cancel() {
    List<Long> all = List.copyOf(accepted);
    if (all.isEmpty()) {
      return;
    }
    long id = all.get(random.nextInt(all.size()));
    try {
      if (control.jobs().cancel(id)) {
        canceled.add(id);
      }
    } catch (ConflictException e) {
      // It has ended.
    }
  }

  /** One of the workers' own, in the middle of whatever it does. */
  private void breakAConnection() {
    jobs.database()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT pg_terminate_backend(pid)
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name <> 'test'
                    ORDER BY state = 'idle', random()
                    LIMIT 1
                    """)
                .mapTo(Boolean.class)
                .list());
  }

  private void awaitTheEnd() {
    control.queues().resume(ChaosWork.QUEUE);
    control.queues().resume(ChaosWork.BATCHES);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<String> left = history.notEnded();
    while (!left.isEmpty()) {
      assertThat(System.nanoTime()).as("seed %d, left: %s", SEED, left).isLessThan(deadline);
      control.clock().advance(Duration.ofSeconds(10));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      left = history.notEnded();
    }
  }

  /** An engine of this JVM with connections of its own. */
  private static final class Host implements AutoCloseable {
    private final Database database;
    private final Engine engine;
    private Worker worker;

    Host(String name) {
      database = Database.open(jobs.testDatabase().address(), 10, name);
      engine =
          Engine.on(database.dataSource())
              .definitions(ChaosWork.definitions(ChaosHistory.of(database), name))
              .lease(LEASE)
              .name(name)
              .build();
      engine.register();
      engine.start();
      worker = startWorker();
    }

    private Worker startWorker() {
      while (true) {
        try {
          Worker fresh =
              engine.worker(
                  WorkerOptions.of(ChaosWork.QUEUE, ChaosWork.BATCHES).withConcurrency(8));
          fresh.start();
          return fresh;
        } catch (RuntimeException e) {
          if (!Database.isTransient(e)) {
            throw e;
          }
        }
      }
    }

    void replaceWorker() {
      Worker old = worker;
      worker = startWorker();
      old.drain(Duration.ofMillis(20));
    }

    @Override
    public void close() {
      engine.close();
      database.close();
    }
  }

  /** A worker process that is replaced without waiting for it. */
  private static final class Killable {
    private @Nullable Thread starting;
    private volatile @Nullable WorkerProcess present;
    private int killed;

    void replace() throws InterruptedException {
      if (starting != null && starting.isAlive()) {
        return;
      }
      kill();
      starting =
          Thread.ofVirtual()
              .start(() ->
                  present =
                      WorkerProcess.start(
                          ChaosWork.class,
                          jobs.testDatabase().address(),
                          Long.toString(LEASE.toMillis())));
    }

    void awaitReady() throws InterruptedException {
      if (starting != null) {
        starting.join();
      }
    }

    void kill() throws InterruptedException {
      awaitReady();
      WorkerProcess doomed = present;
      if (doomed != null) {
        doomed.signal("KILL");
        doomed.awaitExit();
        doomed.close();
        killed++;
      }
      present = null;
    }
  }

  // ---- the checker ----

  /** A fault that the checker must see, and what it says about it. */
  enum Fault {
    LOST("DELETE FROM ekiden.finished WHERE id = :id", "was accepted and has no end"),
    LEFT(
        """
        INSERT INTO ekiden.ready (queue_id, priority, id, definition_id, attempt, failures, losses)
        SELECT queue_id, priority, 1000, definition_id, 0, 0, 0
        FROM ekiden.finished WHERE id = :id
        """,
        "1000 is still READY"),
    TWO_STATES(
        """
        INSERT INTO ekiden.ready (queue_id, priority, id, definition_id, attempt, failures, losses)
        SELECT queue_id, priority, id, definition_id, 0, 0, 0 FROM ekiden.finished WHERE id = :id
        """,
        "is ENDED and READY"),
    STATELESS(
        """
        INSERT INTO ekiden.job (id, queue_id, definition_id, priority, payload, created_at)
        SELECT 1000, queue_id, definition_id, priority, payload, created_at
        FROM ekiden.finished WHERE id = :id
        """,
        "job 1000 has no state"),
    KEY_KEPT(
        "INSERT INTO ekiden.held_key SELECT queue_id, 'k', id, finished_at FROM ekiden.finished WHERE id = :id",
        "key k is still held"),
    DOUBLED(
        """
        INSERT INTO public.history (kind, job, attempt, process)
        SELECT 'BEGIN', job, attempt, 'elsewhere'
        FROM public.history WHERE kind = 'BEGIN' AND job = :id
        """,
        "and in elsewhere"),
    ENDED_TWICE(
        """
        INSERT INTO public.history (kind, state, job, attempt)
        SELECT kind, state, job, attempt
        FROM public.history WHERE state = 'SUCCEEDED' AND job = :id
        """,
        "ended twice"),
    OVERLAP(
        """
        UPDATE public.history AS late
        SET position = late.position + 1000000
        WHERE job = :id AND (kind = 'DONE' OR (kind = 'LEAVE' AND state = 'RUNNING'))
        """,
        "began beside"),
    DEAD_COMPLETION(
        """
        UPDATE public.history SET tx = '1'
        WHERE job = :id AND kind = 'LEAVE' AND state = 'RUNNING'
        """,
        "was completed when it was no longer running"),
    NO_EFFECT(
        "DELETE FROM public.history WHERE kind = 'DONE' AND job = :id",
        "succeeded without an effect"),
    MISCOUNTED(
        "UPDATE ekiden.finished SET failures = failures + 1 WHERE id = :id", "says 1 failures"),
    TOO_OFTEN("UPDATE ekiden.finished SET failures = 4 WHERE id = :id", "failed 4 times"),
    NOT_CANCELED("SELECT CAST(:id AS bigint)", "was canceled and is SUCCEEDED"),
    UNLIKE_ITS_LEADER("UPDATE ekiden.finished SET coalesced_into = 1 WHERE id = :id", "but ran as"),
    UNIQUE_TWICE(
        """
        UPDATE ekiden.finished SET key_kind = 'UNIQUE', key = 'u'
        """,
        "unique key u has");

    private final String plant;
    private final String seen;

    Fault(String plant, String seen) {
      this.plant = plant;
      this.seen = seen;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theCheckerSees(Fault fault) {
    JobRequest request = JobRequest.of("single", new Item(0, "k")).withKey(Key.coalesce("k"));
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(control.enqueue(request).id());
      jobs.runDue();
    }
    long id = ids.get(1);
    accepted.addAll(ids);
    accepted.add(control.enqueue(JobRequest.of("single", new Item(5, null))).id());
    accepted.add(control.enqueue(JobRequest.of("batch", new Item(1, null))).id());
    jobs.runDue();
    jobs.advance(Duration.ofMinutes(1));
    jobs.advance(Duration.ofMinutes(1));
    assertThat(history.violations(accepted, canceled)).isEmpty();
    if (fault == Fault.NOT_CANCELED) {
      canceled.add(id);
    }
    jobs.database()
        .useTransaction(handle -> handle.execute(fault.plant.replace(":id", Long.toString(id))));
    assertThat(history.violations(accepted, canceled))
        .anySatisfy(violation -> assertThat(violation).contains(fault.seen));
  }
}
