package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SERIAL and LIMIT keys: one, or so many, at a time. */
class SerialTest {
  record Step(String key, int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final List<Integer> order = Collections.synchronizedList(new ArrayList<>());
  private final JobDefinition<Step> step =
      JobDefinition.named("step", Step.class)
          .queue("steps")
          .retry(new RetryPolicy(2, Duration.ofHours(1), 1, Duration.ofHours(1), 0))
          .handler((payload, context) -> {
            if (payload.number() < 0 && context.failures() == 0) {
              throw new IllegalStateException("the first time");
            }
            if (payload.number() == 666) {
              throw JobFailure.permanent("never");
            }
            order.add(payload.number());
            return null;
          });

  private Engine engine = jobs.engine(step);
  private DefinitionTable.Row definition;

  @BeforeEach
  void find() {
    definition =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "step")).orElseThrow();
  }

  private long enqueue(int number, int priority) {
    return enqueue(number, priority, Key.serial("k"));
  }

  private long enqueue(int number, int priority, Key key) {
    return engine
        .enqueue(step.request(new Step("k", number)).withKey(key).withPriority(priority))
        .id();
  }

  private List<ClaimedJob> claim(long worker, int max) {
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimGated(
                handle,
                new Order(worker, definition.queueId(), List.of(definition.id()), max, 1),
                new GateMemory()))
        .jobs();
  }

  /** The back-off ends while a claim has seen that it had not. */
  @Test
  void aJobThatIsDueInTheMiddleOfAClaimIsNotParkedBehindItself() {
    long first = enqueue(-1, 5);
    jobs.runDue();
    long second = enqueue(2, 9);
    enqueue(3, 9);
    List<ClaimedJob> claimed =
        jobs.database()
            .inTransaction(handle -> {
              handle
                  .getConfig(SqlStatements.class)
                  .setSqlLogger(
                      new SqlLogger() {
                        @Override
                        public void logAfterExecution(StatementContext context) {
                          if (context.getRawSql().contains("AS resting")) {
                            makeDue(first);
                          }
                        }
                      });
              return ClaimTable.claimGated(
                  handle,
                  new Order(1, definition.queueId(), List.of(definition.id()), 10, 1),
                  new GateMemory());
            })
            .jobs();
    assertThat(claimed).extracting(ClaimedJob::id).containsExactly(first, second);
  }

  private static void makeDue(long id) {
    try (Connection connection = jobs.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          WITH due AS (DELETE FROM ekiden.scheduled WHERE id = %d RETURNING *)
          INSERT INTO ekiden.ready
            (id, queue_id, priority, definition_id, key_kind, key, attempt, failures, losses)
          SELECT id, queue_id, priority, definition_id, key_kind, key, attempt, failures, losses
          FROM due
          """
              .formatted(id));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aKeyGoesOnAfterAJobThatWaitedInVain() {
    long parent = engine.enqueue(step.request(new Step("none", 666))).id();
    long vain =
        engine
            .enqueue(
                step.request(new Step("k", 1))
                    .withKey(Key.serial("k"))
                    .withPriority(0)
                    .after(parent))
            .id();
    long next = enqueue(2, 9);
    ClaimedJob claimed = claim(1, 1).getFirst();
    assertThat(claimed.id()).as("the others wait").isEqualTo(parent);
    end(claimed, Outcome.FAILED);
    jobs.runDue();
    assertThat(engine.jobs().get(vain).state()).isEqualTo(JobState.CANCELED);
    assertThat(engine.jobs().get(next).state()).isEqualTo(JobState.SUCCEEDED);
  }

  private void end(ClaimedJob job, Outcome outcome) {
    jobs.database()
        .useTransaction(handle ->
            assertThat(
                    SettleTable.settle(
                        handle,
                        List.of(
                            new Settlement(job.ref(), outcome, false, 0, 0L, null, null, null))))
                .hasSize(1));
  }

  @Test
  void priorityDoesNotOvertakeInsideAKey() {
    enqueue(1, 1);
    enqueue(2, 9);
    enqueue(3, 5);
    jobs.runDue();
    assertThat(order).containsExactly(1, 2, 3);
  }

  @Test
  void aWorkerTakesSeveralOfAKeyAndAnotherParks() {
    long first = enqueue(1, 5);
    long second = enqueue(2, 5);
    assertThat(claim(1, 1)).extracting(ClaimedJob::id).containsExactly(first);
    assertThat(claim(2, 10)).isEmpty();
    assertThat(engine.jobs().get(second).blocked()).isEqualTo(Job.BlockedReason.KEY);
    long third = enqueue(3, 9);
    assertThat(claim(1, 10)).as("the parked one goes before it").isEmpty();
    assertThat(engine.jobs().get(third).state()).isEqualTo(JobState.BLOCKED);
    assertThat(engine.explain(third).reasons().getFirst().code()).isEqualTo("key-taken");
  }

  @Test
  void aWorkerGoesOnWithAKeyThatIsItsOwn() {
    long first = enqueue(1, 5);
    assertThat(claim(1, 10)).extracting(ClaimedJob::id).containsExactly(first);
    long second = enqueue(2, 5);
    assertThat(claim(1, 10)).extracting(ClaimedJob::id).containsExactly(second);
  }

  @Test
  void aJobInBackOffKeepsItsPlaceAndTheKeyWaits() {
    enqueue(-1, 5);
    long second = enqueue(2, 9);
    jobs.runDue();
    assertThat(order).isEmpty();
    assertThat(engine.jobs().get(second).state()).isEqualTo(JobState.BLOCKED);
    jobs.advance(Duration.ofHours(1));
    jobs.runDue();
    assertThat(order).containsExactly(-1, 2);
  }

  @Test
  void afterAFailureTheKeyGoesOn() {
    enqueue(666, 5);
    enqueue(2, 5);
    jobs.runDue();
    assertThat(order).containsExactly(2);
  }

  @Test
  void aHoldingKeyStopsAfterAFailureUntilItIsReleased() {
    Key key = Key.serial("k").holdOnFailure();
    long failed = enqueue(666, 5, key);
    long second = enqueue(2, 5, key);
    jobs.runDue();
    assertThat(order).isEmpty();
    assertThat(engine.jobs().get(failed).state()).isEqualTo(JobState.FAILED);
    assertThat(engine.jobs().get(second).state()).isEqualTo(JobState.BLOCKED);
    assertThat(engine.queues().releaseKey("steps", "k")).isTrue();
    assertThat(engine.queues().releaseKey("steps", "k")).isFalse();
    jobs.runDue();
    assertThat(order).containsExactly(2);
  }

  @Test
  void cancelingTheOneInFrontLetsTheNextGo() {
    long first = enqueue(1, 5);
    long second = enqueue(2, 5);
    ClaimedJob running = claim(1, 1).getFirst();
    assertThat(claim(2, 10)).isEmpty();
    assertThat(engine.jobs().get(second).state()).isEqualTo(JobState.BLOCKED);
    end(running, Outcome.RETURNED);
    assertThat(engine.jobs().cancel(first)).isTrue();
    jobs.runDue();
    assertThat(order).containsExactly(2);
  }

  @Test
  void aLimitKeyRunsSoManyAtOnce() {
    for (int i = 0; i < 5; i++) {
      enqueue(i, 5, Key.limit("k", 2));
    }
    List<ClaimedJob> running = claim(1, 10);
    assertThat(running).hasSize(2);
    assertThat(claim(2, 10)).isEmpty();
    end(running.getFirst(), Outcome.SUCCEEDED);
    assertThat(claim(2, 10)).hasSize(1);
    assertThat(claim(1, 10)).isEmpty();
  }

  @Test
  void limitsOfKeysAreChecked() {
    assertThatThrownBy(() -> Key.limit("k", 0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Key.limit("k", Key.MAX_RUNNING + 1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("1 to 10000");
    assertThat(Key.limit("k", Key.MAX_RUNNING).value()).isEqualTo("k");
    assertThatThrownBy(() -> Key.serial("")).isInstanceOf(InvalidRequestException.class);
  }

  /** Many workers, few keys, failures: never two of a key at once, and always in order. */
  @Test
  void hotKeysUnderManyWorkersNeverOverlapAndKeepTheirOrder() throws Exception {
    int count = 2_000;
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    Map<String, List<Integer>> ran = new ConcurrentHashMap<>();
    AtomicInteger overlaps = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(count);
    JobDefinition<Step> hot =
        JobDefinition.named("hot", Step.class)
            .retry(new RetryPolicy(50, Duration.ofMillis(1), 1, Duration.ofMillis(5), 0.5))
            .handler((payload, context) -> {
              AtomicInteger here =
                  running.computeIfAbsent(payload.key(), key -> new AtomicInteger());
              if (here.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
              }
              try {
                if (calls.incrementAndGet() % 10 == 0) {
                  throw new IllegalStateException("now and then");
                }
                ran.computeIfAbsent(
                        payload.key(), key -> Collections.synchronizedList(new ArrayList<>()))
                    .add(payload.number());
              } finally {
                here.decrementAndGet();
              }
              done.countDown();
              return null;
            });
    Engine busy = jobs.engine(hot);
    busy.start();
    for (int i = 0; i < 3; i++) {
      busy.worker(WorkerOptions.of("hot").withConcurrency(8)).start();
    }
    Random random = new Random(11);
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String key = "k" + random.nextInt(20);
      int number = numbers.merge(key, 1, Integer::sum);
      busy.enqueue(
          hot.request(new Step(key, number))
              .withKey(Key.serial(key))
              .withPriority(random.nextInt(10)));
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).as("%d left", done.getCount()).isTrue();
    assertThat(overlaps).hasValue(0);
    ran.forEach(
        (key, numbersRun) -> assertThat(numbersRun).as(key).isSorted().hasSize(numbers.get(key)));
  }
}
