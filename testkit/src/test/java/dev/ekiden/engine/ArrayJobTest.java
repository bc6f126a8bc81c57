package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many jobs and one parent that ends with them. */
class ArrayJobTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final Map<Integer, Integer> ran = new ConcurrentHashMap<>();
  private volatile int failsAbove = Integer.MAX_VALUE;
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .handler((payload, context) -> {
            int index = context.arrayIndex().orElse(-1);
            ran.merge(index, 1, Integer::sum);
            if (index > failsAbove) {
              throw JobFailure.permanent("asked to");
            }
            return payload.number();
          });
  private final Engine engine = jobs.engine(work);
  private final JobRequest common = work.request(new Work(7));

  private Job get(long id) {
    return engine.jobs().get(id);
  }

  private static long count(String table) {
    return jobs.database()
        .withHandle(handle ->
            handle.createQuery("SELECT count(*) FROM ekiden." + table).mapTo(Long.class).one());
  }

  @Test
  void theParentSucceedsWhenAllChildrenHave() {
    List<Work> payloads = IntStream.range(0, 20).mapToObj(Work::new).toList();
    long parent = engine.enqueueArray(ArrayRequest.of(common, payloads)).id();
    assertThat(get(parent).blocked()).isEqualTo(Job.BlockedReason.CHILDREN);
    long after = engine.enqueue(common.after(parent)).id();
    jobs.runDue();
    assertThat(get(parent).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(get(parent).result()).contains("\"size\" : 20", "\"succeeded\" : 20");
    assertThat(get(after).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ran).hasSize(21).containsEntry(0, 1).containsEntry(19, 1).containsEntry(-1, 1);
    assertThat(count("job")).isZero();
  }

  @Test
  void toleratedFailuresDoNotCount() {
    failsAbove = 7;
    long tolerant = engine.enqueueArray(ArrayRequest.of(common, 10).tolerating(2)).id();
    long strict = engine.enqueueArray(ArrayRequest.of(common, 10).tolerating(1)).id();
    jobs.runDue();
    assertThat(get(tolerant).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(get(tolerant).result()).contains("\"failed\" : 2");
    assertThat(get(strict).state()).isEqualTo(JobState.FAILED);
    assertThat(get(strict).errorType()).isEqualTo("children");
    assertThat(get(strict).error()).contains("2 of 10");
  }

  @Test
  void onlyFailedChildrenRunAgain() {
    failsAbove = 7;
    long parent = engine.enqueueArray(ArrayRequest.of(common, 10)).id();
    jobs.runDue();
    assertThat(get(parent).state()).isEqualTo(JobState.FAILED);
    assertThatThrownBy(() -> engine.jobs().retry(parent)).isInstanceOf(ConflictException.class);
    assertThat(engine.jobs().retryFailedChildren(parent)).isEqualTo(2);
    assertThat(get(parent).blocked()).isEqualTo(Job.BlockedReason.CHILDREN);
    jobs.runDue();
    assertThat(get(parent).state()).isEqualTo(JobState.FAILED);
    failsAbove = 8;
    assertThat(engine.jobs().retryFailedChildren(parent)).isEqualTo(2);
    jobs.runDue();
    failsAbove = 9;
    assertThat(engine.jobs().retryFailedChildren(parent)).isEqualTo(1);
    jobs.runDue();
    assertThat(get(parent).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ran).containsEntry(0, 1).containsEntry(8, 3).containsEntry(9, 4);
    assertThatThrownBy(() -> engine.jobs().retryFailedChildren(parent))
        .isInstanceOf(ConflictException.class);
    assertThatThrownBy(() -> engine.jobs().retryFailedChildren(4711))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void cancelingTheParentCancelsWhatWaits() {
    long parent =
        engine.enqueueArray(ArrayRequest.of(common.withDelay(Duration.ofHours(1)), 10)).id();
    assertThat(engine.jobs().cancel(parent)).isTrue();
    assertThat(get(parent).state()).isEqualTo(JobState.CANCELED);
    assertThat(count("job")).isZero();
    assertThat(count("finished")).isEqualTo(11);
  }

  /** The process that cancels dies while its transaction waits for the gate. */
  @Test
  void aCancelThatIsKilledHalfwayHasDoneNothing() throws Exception {
    long parent = engine.enqueueArray(ArrayRequest.of(common, 3)).id();
    claim(1).commit();
    try (Claiming second = claim(1)) {
      CompletableFuture<Boolean> cancel =
          CompletableFuture.supplyAsync(() -> engine.jobs().cancel(parent));
      long waiting = awaitWhoWaitsForAGate();
      assertThat(cancel).isNotDone();
      jobs.database()
          .useTransaction(handle ->
              handle
                  .createQuery("SELECT pg_terminate_backend(CAST(:pid AS integer))")
                  .bind("pid", waiting)
                  .mapTo(Boolean.class)
                  .one());
      assertThatThrownBy(cancel::get).hasCauseInstanceOf(RuntimeException.class);
      second.rollback();
    }
    assertThat(get(parent).state()).isEqualTo(JobState.BLOCKED);
    assertThat(count("ready")).isEqualTo(2);
    assertThat(count("running WHERE NOT cancel_requested")).isEqualTo(1);

    assertThat(engine.jobs().cancel(parent)).isTrue();
    assertThat(get(parent).state()).isEqualTo(JobState.CANCELED);
    assertThat(count("ready")).isZero();
    assertThat(count("running WHERE cancel_requested")).isEqualTo(1);
  }

  @Test
  void aChildThatIsClaimedWhileItsParentIsCanceledIsAskedToStop() throws Exception {
    long parent = engine.enqueueArray(ArrayRequest.of(common, 3)).id();
    try (Claiming claiming = claim(1)) {
      CompletableFuture<Boolean> cancel =
          CompletableFuture.supplyAsync(() -> engine.jobs().cancel(parent));
      awaitWhoWaitsForAGate();
      claiming.commit();
      assertThat(cancel.get()).isTrue();
    }
    assertThat(get(parent).state()).isEqualTo(JobState.CANCELED);
    assertThat(count("ready")).isZero();
    assertThat(count("running WHERE cancel_requested")).isEqualTo(1);
    assertThat(count("finished")).isEqualTo(3);
  }

  /** A parent that has ended is not canceled again with a child that runs again. */
  @Test
  void aChildOfAParentThatHasEndedIsItsOwn() {
    long parent = engine.enqueueArray(ArrayRequest.of(common, 2)).id();
    engine.jobs().cancel(parent);
    engine.jobs().retry(parent + 1);
    assertThatThrownBy(() -> engine.jobs().cancel(parent))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("it is CANCELED");
    assertThat(get(parent + 1).state()).isEqualTo(JobState.READY);
  }

  /** A claim that has not committed yet, and holds the gate of its queue shared. */
  private record Claiming(Connection connection) implements AutoCloseable {
    void commit() throws SQLException {
      connection.commit();
      connection.close();
    }

    void rollback() throws SQLException {
      connection.rollback();
      connection.close();
    }

    @Override
    public void close() throws SQLException {
      if (!connection.isClosed()) {
        rollback();
      }
    }
  }

  private static Claiming claim(int max) throws SQLException {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    Connection connection = jobs.database().dataSource().getConnection();
    connection.setAutoCommit(false);
    HeldOpen.joined(
        jobs.database(),
        connection,
        handle ->
            ClaimTable.claimPlain(
                handle, new Order(1, row.queueId(), List.of(row.id()), max, max)));
    return new Claiming(connection);
  }

  /** Answers the backend that does. */
  private static long awaitWhoWaitsForAGate() {
    List<Long> waiting = new ArrayList<>();
    TestEngine.awaitUntil(
        "somebody waits for a gate",
        () ->
            waiting.addAll(
                jobs.database()
                    .withHandle(handle ->
                        handle
                            .createQuery(
                                """
                                SELECT pid FROM pg_locks
                                WHERE locktype = 'advisory' AND NOT granted
                                  AND database = (
                                    SELECT oid FROM pg_database
                                    WHERE datname = current_database())
                                """)
                            .mapTo(Long.class)
                            .list())));
    return waiting.getFirst();
  }

  @Test
  void childrenThatAreCanceledOneByOneEndTheParent() {
    long parent = engine.enqueueArray(ArrayRequest.of(common, 2)).id();
    engine.jobs().cancel(parent + 1);
    assertThat(get(parent).state()).isEqualTo(JobState.BLOCKED);
    engine.jobs().cancel(parent + 2);
    assertThat(get(parent).state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void sizesAreChecked() {
    assertThat(ArrayRequest.of(common, ArrayRequest.MAX_SIZE).payloads()).hasSize(10_000);
    assertThatThrownBy(() -> ArrayRequest.of(common, ArrayRequest.MAX_SIZE + 1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("1 to 10000");
    assertThatThrownBy(() -> ArrayRequest.of(common, 0))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ArrayRequest.of(common, 3).tolerating(4))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ArrayRequest.of(common.withKey(Key.coalesce("k")), 3))
        .isInstanceOf(InvalidRequestException.class);
    long parent = engine.enqueueArray(ArrayRequest.of(common, ArrayRequest.MAX_SIZE)).id();
    assertThat(get(parent).state()).isEqualTo(JobState.BLOCKED);
    assertThat(count("ready")).isEqualTo(ArrayRequest.MAX_SIZE);
  }

  /** Each of the two ends would not see the other's, did it not wait for it. */
  @Test
  void theLastTwoChildrenThatEndAtOnceEndTheParent() throws Exception {
    long parent = engine.enqueueArray(ArrayRequest.of(common, 2)).id();
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    List<ClaimedJob> children =
        jobs.database()
            .inTransaction(handle ->
                ClaimTable.claimPlain(handle, new Order(1, row.queueId(), List.of(row.id()), 2, 2)))
            .jobs();
    assertThat(children).hasSize(2);
    try (Connection first = jobs.database().dataSource().getConnection();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      first.setAutoCommit(false);
      HeldOpen.joined(jobs.database(), first, handle -> end(handle, children.getFirst()));
      Future<List<Settled>> second =
          thread.submit(() ->
              jobs.database()
                  .<List<Settled>>inTransaction(handle -> end(handle, children.getLast())));
      CoalesceTest.awaitLockWait(jobs.database());
      first.commit();
      second.get();
    }
    assertThat(get(parent).state()).isEqualTo(JobState.SUCCEEDED);
  }

  private static List<Settled> end(Handle handle, ClaimedJob job) {
    return SettleTable.settle(
        handle,
        List.of(new Settlement(job.ref(), Outcome.SUCCEEDED, false, 0, 0L, null, null, null)));
  }

  @Test
  void manyChildrenUnderManyWorkers() throws Exception {
    engine.start();
    for (int i = 0; i < 3; i++) {
      engine.worker(WorkerOptions.of("work").withConcurrency(8)).start();
    }
    long parent = engine.enqueueArray(ArrayRequest.of(common, 1_000)).id();
    RunTest.awaitState(engine, parent, JobState.SUCCEEDED);
    assertThat(ran).hasSize(1_000).allSatisfy((index, times) -> assertThat(times).isEqualTo(1));
  }
}
