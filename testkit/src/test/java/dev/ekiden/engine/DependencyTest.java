package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Dependencies.Condition;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that wait for others. */
class DependencyTest {
  record Work(boolean fails) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final List<Long> ran = Collections.synchronizedList(new ArrayList<>());
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .handler((payload, context) -> {
            ran.add(context.jobId());
            if (payload.fails()) {
              throw JobFailure.permanent("asked to");
            }
            return null;
          });
  private final JobDefinition<Work> parent =
      JobDefinition.named("parent", Work.class).handler((payload, context) -> null);
  private final Engine engine = jobs.engine(work, parent);

  private final JobRequest good = work.request(new Work(false));
  private final JobRequest bad = work.request(new Work(true));

  private long enqueue(JobRequest request) {
    return engine.enqueue(request).id();
  }

  private Job get(long id) {
    return engine.jobs().get(id);
  }

  private static long dependencies() {
    return jobs.database()
        .withHandle(handle ->
            handle.createQuery("SELECT count(*) FROM ekiden.dependency").mapTo(Long.class).one());
  }

  @Test
  void aJobRunsAfterAllItsParents() {
    long first = enqueue(good.withPriority(1));
    long second = enqueue(good.withPriority(0));
    long child = enqueue(good.withPriority(9).after(first, second));
    assertThat(engine.jobs().dependencies(child)).containsOnlyKeys(first, second);
    jobs.runDue();
    assertThat(ran).containsExactly(first, second, child);
    assertThat(get(child).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(dependencies()).as("forgotten when it was decided").isZero();
  }

  @Test
  void parentsThatHaveEndedCountAtOnce() {
    long first = enqueue(good);
    jobs.runDue();
    long child = enqueue(good.after(first));
    jobs.runDue();
    assertThat(get(child).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aChainRunsInOrder() {
    List<Long> chain = new ArrayList<>(List.of(enqueue(good.withPriority(0))));
    for (int i = 1; i < 6; i++) {
      chain.add(enqueue(good.withPriority(i).after(chain.getLast())));
    }
    jobs.runDue();
    assertThat(ran).containsExactlyElementsOf(chain);
  }

  @Test
  void aFailureEndsWhatWaitsForItsSuccessAndAllBehind() {
    long failing = enqueue(bad.withPriority(0));
    long child = enqueue(good.after(failing));
    long grandchild = enqueue(good.after(child));
    long other = enqueue(good.after(Dependencies.all(Condition.END, grandchild)));
    jobs.runDue();
    assertThat(ran).containsExactly(failing, other);
    assertThat(get(child).state()).isEqualTo(JobState.CANCELED);
    assertThat(get(child).errorType()).isEqualTo("dependency");
    assertThat(get(child).error()).contains("job " + failing + " is FAILED");
    assertThat(get(grandchild).error()).contains("job " + child + " is CANCELED");
    assertThat(dependencies()).isZero();
  }

  @Test
  void aJobCanWaitForAFailure() {
    long failing = enqueue(bad.withPriority(0));
    long fine = enqueue(good.withPriority(0));
    long repair = enqueue(good.after(Dependencies.all(Condition.FAILURE, failing)));
    long needless = enqueue(good.after(Dependencies.all(Condition.FAILURE, fine)));
    jobs.runDue();
    assertThat(get(repair).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(get(needless).state()).isEqualTo(JobState.CANCELED);
  }

  @Test
  void oneOfAnyIsEnough() {
    long failing = enqueue(bad.withPriority(1));
    long fine = enqueue(good.withPriority(0));
    long any = enqueue(good.after(Dependencies.any(Condition.SUCCESS, failing, fine)));
    long mixed =
        enqueue(
            good.after(Dependencies.any(Condition.SUCCESS, failing).and(Condition.FAILURE, fine)));
    jobs.runDue();
    assertThat(get(any).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(get(mixed).state()).isEqualTo(JobState.CANCELED);
    assertThat(get(mixed).error()).contains("none of the jobs");
  }

  @Test
  void cancelingAParentEndsWhatWaitsForIt() {
    long first = enqueue(good.withDelay(Duration.ofHours(1)));
    long child = enqueue(good.after(first));
    long grandchild = enqueue(good.after(child));
    jobs.runDue();
    assertThat(get(child).blocked()).isEqualTo(Job.BlockedReason.DEPENDENCY);
    assertThat(get(grandchild).blocked()).isEqualTo(Job.BlockedReason.DEPENDENCY);
    engine.jobs().cancel(first);
    assertThat(get(child).state()).isEqualTo(JobState.READY);
    jobs.runDue();
    assertThat(get(child).state()).isEqualTo(JobState.CANCELED);
    assertThat(get(grandchild).state()).isEqualTo(JobState.CANCELED);
    assertThat(ran).isEmpty();
  }

  @Test
  void aWaitingJobCanBeCanceledAndRetriedWithoutWaiting() {
    long first = enqueue(good.withDelay(Duration.ofHours(1)));
    long child = enqueue(good.after(first));
    jobs.runDue();
    engine.jobs().cancel(child);
    assertThat(dependencies()).isZero();
    engine.jobs().retry(child);
    jobs.runDue();
    assertThat(get(child).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aSerialKeyDoesNotWaitForOneOfItsJobsThatWaits() {
    long first = enqueue(good.withDelay(Duration.ofHours(1)));
    long waiting = enqueue(good.withKey(Key.serial("k")).after(first));
    long free = enqueue(good.withKey(Key.serial("k")));
    jobs.runDue();
    assertThat(ran).containsExactly(free);
    engine.jobs().retry(first);
    jobs.runDue();
    assertThat(ran).containsExactly(free, first, waiting);
  }

  @Test
  void badDependenciesAreRefused() {
    assertThatThrownBy(() -> enqueue(good.after(4711)))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("4711");
    assertThatThrownBy(Dependencies::all)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("1 to 1000");
    assertThat(Dependencies.all(LongStream.rangeClosed(1, 1_000).toArray()).parents())
        .hasSize(Dependencies.MAX_PARENTS);
    assertThatThrownBy(() -> Dependencies.all(LongStream.rangeClosed(1, 1_001).toArray()))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> good.withKey(Key.coalesce("k")).after(1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("COALESCE");
  }

  // ---- interleavings, forced by locks ----

  private Claim claim(Handle handle, String definition) {
    DefinitionTable.Row row = DefinitionTable.find(handle, definition).orElseThrow();
    return ClaimTable.claimGated(
        handle, new Order(1, row.queueId(), List.of(row.id()), 10, 10), new GateMemory());
  }

  private ClaimedJob runningParent() {
    enqueue(parent.request(new Work(false)));
    return jobs.database().inTransaction(handle -> claim(handle, "parent")).jobs().getFirst();
  }

  private static List<Settled> end(Handle handle, ClaimedJob job) {
    return SettleTable.settle(
        handle,
        List.of(new Settlement(job.ref(), Outcome.SUCCEEDED, false, 0, 0L, null, null, null)));
  }

  private static Connection begin() throws SQLException {
    Connection connection = jobs.database().dataSource().getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  /** The end must find what a claim parks while it is under way. */
  @Test
  void anEndThatFollowsAParkingClaimFreesTheParked() throws Exception {
    ClaimedJob first = runningParent();
    long child = enqueue(good.after(first.id()));
    try (Connection claiming = begin();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      assertThat(HeldOpen.joined(jobs.database(), claiming, handle -> claim(handle, "work")).jobs())
          .isEmpty();
      Future<List<Settled>> ending =
          thread.submit(
              () -> jobs.database().<List<Settled>>inTransaction(handle -> end(handle, first)));
      CoalesceTest.awaitLockWait(jobs.database());
      claiming.commit();
      assertThat(ending.get())
          .singleElement()
          .satisfies(settled -> {
            assertThat(settled.decides()).isTrue();
            assertThat(settled.wakes()).isNotNull();
          });
    }
    assertThat(get(child).state()).isEqualTo(JobState.READY);
  }

  /** The claim must neither wait inside the gate nor park behind a parent that is ending. */
  @Test
  void aClaimThatMeetsAnEndUnderWayLeavesTheJobAndComesAgain() throws Exception {
    ClaimedJob first = runningParent();
    long child = enqueue(good.after(first.id()));
    try (Connection ending = begin()) {
      HeldOpen.joined(jobs.database(), ending, handle -> end(handle, first));
      Claim claim = jobs.database().inTransaction(handle -> claim(handle, "work"));
      assertThat(claim.jobs()).isEmpty();
      assertThat(claim.nextMicros()).isLessThan(1_000_000);
      assertThat(get(child).state()).isEqualTo(JobState.READY);
      ending.commit();
    }
    assertThat(jobs.database().inTransaction(handle -> claim(handle, "work")).jobs())
        .extracting(ClaimedJob::id)
        .containsExactly(child);
  }

  /** Each of two ends sees only its own, unless the second waits for the first. */
  @Test
  void twoParentsThatEndAtOnceFreeTheirChild() throws Exception {
    ClaimedJob first = runningParent();
    ClaimedJob second = runningParent();
    long child = enqueue(good.after(first.id(), second.id()));
    assertThat(jobs.database().inTransaction(handle -> claim(handle, "work")).jobs()).isEmpty();
    assertThat(get(child).blocked()).isEqualTo(Job.BlockedReason.DEPENDENCY);
    try (Connection ending = begin();
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      HeldOpen.joined(jobs.database(), ending, handle -> end(handle, first));
      Future<List<Settled>> other =
          thread.submit(
              () -> jobs.database().<List<Settled>>inTransaction(handle -> end(handle, second)));
      CoalesceTest.awaitLockWait(jobs.database());
      ending.commit();
      other.get();
    }
    assertThat(get(child).state()).isEqualTo(JobState.READY);
  }

  /** The end cannot see a job whose enqueue has not committed. */
  @Test
  void aParentThatEndsWhileItsChildIsEnqueuedCounts() throws Exception {
    ClaimedJob first = runningParent();
    long child;
    try (Connection enqueueing = begin()) {
      child = engine.enqueue(enqueueing, List.of(good.after(first.id()))).getFirst().id();
      assertThat(jobs.database().<List<Settled>>inTransaction(handle -> end(handle, first)))
          .singleElement()
          .satisfies(settled -> assertThat(settled.decides()).isFalse());
      enqueueing.commit();
    }
    jobs.runDue();
    assertThat(get(child).state()).isEqualTo(JobState.SUCCEEDED);
  }

  /** Many small graphs at once, over several workers: nothing runs early, nothing is left. */
  @Test
  void manyGraphsUnderManyWorkers() throws Exception {
    engine.start();
    for (int i = 0; i < 3; i++) {
      engine.worker(WorkerOptions.of("work", "parent").withConcurrency(4)).start();
    }
    List<Long> last = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      long[] fan =
          engine.enqueue(Collections.nCopies(5, parent.request(new Work(false)))).stream()
              .mapToLong(Enqueued::id)
              .toArray();
      long join = enqueue(good.after(fan));
      last.add(enqueue(good.after(join)));
    }
    for (long id : last) {
      RunTest.awaitState(engine, id, JobState.SUCCEEDED);
    }
    assertThat(ran).hasSize(200);
    for (int i = 0; i < last.size(); i++) {
      assertThat(ran.indexOf(last.get(i) - 1)).isLessThan(ran.indexOf(last.get(i)));
    }
    assertThat(dependencies()).isZero();
  }
}
