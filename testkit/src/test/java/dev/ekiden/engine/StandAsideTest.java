package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Explanation.Reason;
import dev.ekiden.engine.Job.BlockedReason;
import dev.ekiden.engine.store.AsideTable;
import dev.ekiden.engine.store.AsideTable.Kind;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.WorkerTable;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that no live worker can run stand aside, and come back when one can. */
class StandAsideTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final List<Integer> ran = new CopyOnWriteArrayList<>();
  private final JobDefinition<Work> served = definition("served", true);
  private final JobDefinition<Work> orphan = definition("orphan", false);
  private final Engine engine = jobs.engine(served, orphan);
  private final StandAside aside = new StandAside(engine, jobs.database(), Duration.ZERO);

  private JobDefinition<Work> definition(String name, boolean runnable) {
    JobDefinition.Builder<Work> builder = JobDefinition.named(name, Work.class).queue("q");
    return runnable
        ? builder.handler((work, context) -> {
          ran.add(work.number());
          return null;
        })
        : builder.enqueueOnly();
  }

  private long enqueue(JobDefinition<Work> definition, int number) {
    return engine.enqueue(definition.request(new Work(number))).id();
  }

  private Job get(long id) {
    return engine.jobs().get(id);
  }

  /** A worker that can run what nobody else can. */
  private Engine rescuer() {
    return jobs.engine(definition("orphan", true));
  }

  private static long register(Handle handle, String... definitions) {
    return WorkerTable.register(
        handle, "test", 1, List.of("q"), List.of(definitions), Duration.ofMinutes(1));
  }

  private static long register(String... definitions) {
    return jobs.database().inTransaction(handle -> register(handle, definitions));
  }

  private static Kind kind(String definition) {
    return jobs.database()
        .withHandle(handle -> {
          DefinitionTable.Row row = DefinitionTable.find(handle, definition).orElseThrow();
          return new Kind(row.queueId(), row.id());
        });
  }

  // ---- going aside and coming back ----

  @Test
  void theyStandAsideWhileOthersRunAndComeBackWithTheirWorker() throws Exception {
    long first = enqueue(orphan, 1);
    engine.start();
    engine.worker(WorkerOptions.of("q")).start();
    assertThat(aside.putAside()).isEqualTo(1);
    assertThat(get(first).state()).isEqualTo(JobState.BLOCKED);
    assertThat(get(first).blocked()).isEqualTo(BlockedReason.NO_WORKER);
    assertThat(engine.explain(first).reasons())
        .extracting(Reason::text)
        .containsExactly(
            "no live worker serves queue 'q' and can run 'orphan': the live workers serve 'q' and"
                + " can run 'served'");
    assertThat(engine.queues().depthOfDefinition("q", "orphan").blocked()).isEqualTo(1);
    long second = enqueue(served, 2);
    engine.jobs().await(second, TestEngine.PATIENCE);
    assertThat(get(first).state()).isEqualTo(JobState.BLOCKED);
    try (Worker worker = rescuer().worker(WorkerOptions.of("q"))) {
      worker.start();
      assertThat(engine.jobs().await(first, TestEngine.PATIENCE).state())
          .isEqualTo(JobState.SUCCEEDED);
    }
    assertThat(ran).containsExactly(2, 1);
  }

  @Test
  void whereNoWorkerIsNothingMoves() {
    long id = enqueue(orphan, 1);
    assertThat(aside.putAside()).isZero();
    assertThat(get(id).state()).isEqualTo(JobState.READY);
  }

  @Test
  void nothingMovesBeforeThePatienceIsOver() {
    StandAside patient = new StandAside(engine, jobs.database(), Duration.ofHours(1));
    enqueue(orphan, 1);
    register("served");
    assertThat(patient.putAside()).isZero();
    assertThat(patient.putAside()).isZero();
    assertThat(aside.putAside()).isEqualTo(1);
    assertThat(StandAside.PATIENCE).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void aWorkerThatEndsLeavesItsJobsToStandAside() {
    long id = enqueue(orphan, 1);
    register("served");
    long rescuer = register("orphan");
    assertThat(aside.putAside()).isZero();
    jobs.database().useTransaction(handle -> WorkerTable.leave(handle, rescuer));
    assertThat(aside.putAside()).isEqualTo(1);
    aside.run();
    assertThat(get(id).state()).isEqualTo(JobState.BLOCKED);
  }

  @Test
  void theFirstComeBackAtOnceAndTheRestByAndBy() {
    int all = StandAside.BATCH + 1;
    engine.enqueue(Collections.nCopies(all, orphan.request(new Work(1))));
    register("served");
    assertThat(aside.putAside()).isEqualTo(all);
    assertThat(engine.queues().find("q").orElseThrow().ready()).isZero();
    register("orphan");
    assertThat(engine.queues().find("q").orElseThrow().ready()).isEqualTo(1_000);
    assertThat(aside.letBack()).isEqualTo(all - 1_000);
    assertThat(aside.letBack()).isZero();
    assertThat(engine.queues().find("q").orElseThrow().ready()).isEqualTo(all);
    assertThat(aside.putAside()).isZero();
  }

  @Test
  void aManualRunBringsThemAllBack() {
    engine.enqueue(Collections.nCopies(1_001, orphan.request(new Work(1))));
    register("served");
    assertThat(aside.putAside()).isEqualTo(1_001);
    assertThat(rescuer().runDue()).isEqualTo(1_001);
  }

  @Test
  void aStartedEngineLetsThemComeBack() throws Exception {
    List<Enqueued> all = engine.enqueue(Collections.nCopies(1_001, orphan.request(new Work(1))));
    register("served");
    aside.putAside();
    Engine rescuer = rescuer();
    rescuer.start();
    rescuer.worker(WorkerOptions.of("q")).start();
    for (Enqueued one : all) {
      engine.jobs().await(one.id(), TestEngine.PATIENCE);
    }
    assertThat(ran).hasSize(1_001);
  }

  // ---- a worker registers just then ----

  /** Runs two transactions of which the second begins while the first is not committed. */
  private static void overlapping(Step first, Step second) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletableFuture<Void> go = new CompletableFuture<>();
    Thread one =
        Thread.ofVirtual()
            .start(() ->
                jobs.database()
                    .useTransaction(handle -> {
                      first.run(handle);
                      done.complete(null);
                      go.join();
                    }));
    done.join();
    CompletableFuture<Integer> backend = new CompletableFuture<>();
    Thread two =
        Thread.ofVirtual()
            .start(() ->
                jobs.database()
                    .useTransaction(handle -> {
                      backend.complete(
                          handle.createQuery("SELECT pg_backend_pid()").mapTo(Integer.class).one());
                      second.run(handle);
                    }));
    int pid = backend.join();
    TestEngine.awaitUntil(
        "the second waits for the gate",
        () ->
            jobs.database()
                .withHandle(handle ->
                    handle
                        .createQuery(
                            "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = ? AND NOT granted)")
                        .bind(0, pid)
                        .mapTo(Boolean.class)
                        .one()));
    go.complete(null);
    one.join();
    two.join();
  }

  private interface Step {
    void run(Handle handle);
  }

  @Test
  void aWorkerThatRegistersWhileJobsGoAsideBringsThemBack() throws Exception {
    long id = enqueue(orphan, 1);
    register("served");
    Kind kind = kind("orphan");
    overlapping(
        handle -> assertThat(AsideTable.putAside(handle, kind, 10)).isEqualTo(1),
        handle -> register(handle, "orphan"));
    assertThat(get(id).state()).isEqualTo(JobState.READY);
  }

  @Test
  void jobsDoNotGoAsideWhileTheirWorkerRegisters() throws Exception {
    long id = enqueue(orphan, 1);
    register("served");
    Kind kind = kind("orphan");
    overlapping(
        handle -> register(handle, "orphan"),
        handle -> assertThat(AsideTable.putAside(handle, kind, 10)).isZero());
    assertThat(get(id).state()).isEqualTo(JobState.READY);
  }

  @Test
  void whoDiesInBetweenLeavesNothingHalfDone() {
    long id = enqueue(orphan, 1);
    register("served");
    Kind kind = kind("orphan");
    assertThatThrownBy(() ->
            jobs.database()
                .useTransaction(handle -> {
                  AsideTable.putAside(handle, kind, 10);
                  throw new IllegalStateException("killed while they go aside");
                }))
        .hasMessageContaining("killed");
    assertThat(get(id).state()).isEqualTo(JobState.READY);
    aside.putAside();
    assertThatThrownBy(() ->
            jobs.database()
                .useTransaction(handle -> {
                  register(handle, "orphan");
                  throw new IllegalStateException("killed while it registers");
                }))
        .hasMessageContaining("killed");
    assertThat(get(id).state()).isEqualTo(JobState.BLOCKED);
    assertThat(aside.letBack()).isZero();
    register("orphan");
    assertThat(get(id).state()).isEqualTo(JobState.READY);
  }

  @Test
  void theGateOfAnotherQueueIsLeftAlone() {
    JobDefinition<Work> elsewhere =
        JobDefinition.named("elsewhere", Work.class).queue("p").enqueueOnly();
    Engine other = jobs.engine(elsewhere);
    long id = other.enqueue(elsewhere.request(new Work(1))).id();
    jobs.database()
        .useTransaction(handle ->
            WorkerTable.register(
                handle, "p", 1, List.of("p"), List.of("nothing"), Duration.ofMinutes(1)));
    assertThat(aside.putAside()).isEqualTo(1);
    jobs.database()
        .useTransaction(handle ->
            WorkerTable.register(
                handle, "q", 1, List.of("q"), List.of("elsewhere"), Duration.ofMinutes(1)));
    assertThat(get(id).state()).as("that worker does not serve it").isEqualTo(JobState.BLOCKED);
  }

  // ---- what else may happen to them ----

  private Claim claim(long worker, String... definitions) {
    List<Integer> ids = new ArrayList<>();
    for (String definition : definitions) {
      ids.add(kind(definition).definitionId());
    }
    short queue = kind("served").queueId();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimGated(handle, new Order(worker, queue, ids, 10, 10), new GateMemory()));
  }

  @Test
  void aSerialKeyKeepsItsOrder() {
    long worker = register("served");
    Key key = Key.serial("k");
    List<Long> ids =
        engine
            .enqueue(
                List.of(
                    served.request(new Work(1)).withKey(key),
                    orphan.request(new Work(2)).withKey(key),
                    served.request(new Work(3)).withKey(key),
                    served.request(new Work(4)).withKey(Key.serial("other"))))
            .stream()
            .map(Enqueued::id)
            .toList();
    assertThat(aside.putAside()).isEqualTo(1);
    assertThat(claim(worker, "served").jobs())
        .extracting(ClaimedJob::id)
        .containsExactlyInAnyOrder(ids.get(0), ids.get(3));
    assertThat(get(ids.get(2)).blocked()).isEqualTo(BlockedReason.KEY);
    Claim next = claim(worker, "served");
    assertThat(next.jobs()).isEmpty();
    assertThat(next.more()).as("nobody asks again and again").isFalse();
  }

  @Test
  void aSerialKeyGoesOnWhenTheOneAsideHasRun() {
    register("served");
    Key key = Key.serial("k");
    engine.enqueue(
        List.of(
            served.request(new Work(1)).withKey(key),
            orphan.request(new Work(2)).withKey(key),
            served.request(new Work(3)).withKey(key)));
    aside.putAside();
    engine.runDue();
    assertThat(ran).containsExactly(1);
    assertThat(engine.runDue()).isZero();
    rescuer().runDue();
    engine.runDue();
    assertThat(ran).containsExactly(1, 2, 3);
  }

  @Test
  void aSerialKeyGoesOnWhenTheOneAsideIsCanceled() {
    register("served");
    Key key = Key.serial("k");
    List<Enqueued> all =
        engine.enqueue(
            List.of(
                orphan.request(new Work(1)).withKey(key),
                served.request(new Work(2)).withKey(key)));
    aside.putAside();
    assertThat(engine.runDue()).isZero();
    assertThat(engine.explain(all.getLast().id()).reasons())
        .extracting(Reason::code)
        .contains("key-taken");
    assertThat(engine.jobs().cancel(all.getFirst().id())).isTrue();
    engine.runDue();
    assertThat(ran).containsExactly(2);
  }

  @Test
  void keysAndDependenciesHoldWhenTheyComeBack() {
    register("served");
    long parent = enqueue(served, 1);
    engine.enqueue(
        List.of(
            orphan.request(new Work(2)).after(parent),
            orphan.request(new Work(3)).withKey(Key.coalesce("c")),
            orphan.request(new Work(4)).withKey(Key.coalesce("c")),
            orphan.request(new Work(5)).withGroup("g").withKey(Key.limit("l", 1))));
    assertThat(aside.putAside()).isEqualTo(4);
    Engine rescuer = rescuer();
    rescuer.runDue();
    assertThat(ran).containsExactlyInAnyOrder(4, 5);
    engine.runDue();
    rescuer.runDue();
    assertThat(ran).containsExactlyInAnyOrder(4, 5, 1, 2);
  }

  @Test
  void theyAreCanceledInBulk() {
    register("served");
    engine.enqueue(Collections.nCopies(20, orphan.request(new Work(1))));
    aside.putAside();
    BulkProgress progress =
        engine
            .bulk()
            .run(BulkRequest.cancel(JobFilter.ALL.withQueue("q").withStates(JobState.BLOCKED)));
    assertThat(progress.changed()).isEqualTo(20);
    register("orphan");
    assertThat(aside.letBack()).isZero();
  }
}
