package dev.ekiden.engine;

import static dev.ekiden.engine.ClaimedJobs.DEFINITION;
import static dev.ekiden.engine.ClaimedJobs.QUEUE;
import static dev.ekiden.engine.ClaimedJobs.WORKER;
import static dev.ekiden.engine.ClaimedJobs.fresh;
import static dev.ekiden.engine.ClaimedJobs.suspect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Outbox.Turn;
import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.LogTable.Segment;
import dev.ekiden.engine.store.WorkerTable.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The states in which a worker could get stuck, spin, or take its own jobs for somebody else's. */
class WorkerStateTest {
  record Work(int number) {}

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((payload, context) -> null);
  private final Lane lane = new Lane(QUEUE, "work", 1, List.of(DEFINITION));
  private final Lane other = new Lane((short) (QUEUE + 1), "other", 3, List.of(DEFINITION));
  private final List<Execution> begun = new ArrayList<>();
  private WorkerState state = state(1);

  private WorkerState state(int concurrency) {
    return state(
        WorkerOptions.of("work").withConcurrency(concurrency), Map.of(DEFINITION, work), lane);
  }

  private WorkerState state(
      WorkerOptions options, Map<Integer, JobDefinition<?>> definitions, Lane... lanes) {
    return new WorkerState(options, List.of(lanes), definitions, begun::addAll);
  }

  @BeforeEach
  void start() {
    state.started();
    leaseFor(Duration.ofMinutes(1));
  }

  private void leaseFor(Duration time) {
    state.leaseRunsUntil(System.nanoTime() + time.toNanos());
  }

  private static Held held(long id) {
    return new Held(fresh(id).ref(), 0, null, false);
  }

  private void accept(long... ids) {
    List<ClaimedJob> jobs = LongStream.of(ids).mapToObj(ClaimedJobs::fresh).toList();
    Order order = new Order(WORKER, QUEUE, List.of(DEFINITION), jobs.size() + 1, 1);
    state.accept(lane, order, new Claim(jobs, false, Long.MAX_VALUE));
  }

  /** Ends the handler that runs, as its thread would. */
  private void finish(Execution execution) throws InterruptedException {
    execution.start();
    assertThat(state.awaitNoHandlers(Duration.ofSeconds(60)) || begun.size() > 1).isTrue();
  }

  /** For how many jobs there is room, if there are any. */
  private int room() {
    state.jobsReady(null);
    return state.round().stream().mapToInt(QueueTurns.Turn::max).max().orElse(0);
  }

  /** Else minutes of them are claimed, and what comes before them waits as long. */
  @Test
  void longJobsAreNotClaimedByTheBatchesAndRunTimesOfAnotherQueue() throws InterruptedException {
    int batched = DEFINITION + 1;
    Lane live = new Lane((short) (QUEUE + 1), "live", 1, List.of(batched));
    state =
        state(
            WorkerOptions.of("live", "work").withConcurrency(1),
            Map.of(
                DEFINITION,
                work,
                batched,
                JobDefinition.named("live", Work.class).batchHandler(100, items -> {})),
            live,
            lane);
    start();
    assertThat(state.round())
        .containsExactly(new QueueTurns.Turn(live, 100), new QueueTurns.Turn(lane, 1));
    ClaimedJob quick = ClaimedJobs.of(live.queueId(), batched, 1);
    Order order = new Order(WORKER, live.queueId(), List.of(batched), 2, 1);
    state.accept(live, order, new Claim(List.of(quick), false, Long.MAX_VALUE));
    begun.getFirst().start();
    assertThat(state.awaitNoHandlers(Duration.ofSeconds(20))).isTrue();
    state.jobsReady(null);
    assertThat(state.round())
        .satisfiesExactly(
            first -> assertThat(first.max()).as("many of them run in a second").isGreaterThan(100),
            second -> assertThat(second).isEqualTo(new QueueTurns.Turn(lane, 1)));
  }

  /** Its jobs take too long to be claimed ahead, and those of the other leave no place free. */
  @Test
  void aQueueIsNotKeptOutByOneThatIsClaimedAhead() {
    int quick = DEFINITION + 1;
    Lane after = new Lane((short) (QUEUE + 1), "quick", 1, List.of(quick));
    state =
        state(
            WorkerOptions.of("work", "quick").withConcurrency(1),
            Map.of(
                DEFINITION,
                work,
                quick,
                JobDefinition.named("quick", Work.class).handler((payload, context) -> null)),
            lane,
            after);
    start();
    assertThat(state.round()).hasSize(2);
    Order order = new Order(WORKER, after.queueId(), List.of(quick), 2, 1);
    List<ClaimedJob> ahead =
        LongStream.of(11, 12).mapToObj(id -> ClaimedJobs.of(after.queueId(), quick, id)).toList();
    state.accept(after, order, new Claim(ahead, true, Long.MAX_VALUE));
    assertThat(begun).hasSize(1);
    assertThat(state.round()).as("nobody knows of more in it").isEmpty();
    state.jobsReady(QUEUE);
    assertThat(state.round()).containsExactly(new QueueTurns.Turn(lane, 1));
    accept(1);
    state.jobsReady(QUEUE);
    assertThat(state.round()).as("one waits in front of the others").isEmpty();
  }

  /** Makes a worker that shares its one place between two queues, and asks both. */
  private void askBoth() {
    state =
        state(
            WorkerOptions.weighted(
                    new WorkerOptions.Share("work", 1), new WorkerOptions.Share("other", 3))
                .withConcurrency(1),
            Map.of(DEFINITION, work),
            lane,
            other);
    start();
    assertThat(state.round()).isNotEmpty();
  }

  /** Else the other one has nothing left of its share when it comes. */
  @Test
  void nothingIsClaimedAheadBesideAQueueThatHasAShareAndWasNeverRun() throws InterruptedException {
    askBoth();
    accept(1);
    begun.getFirst().start();
    assertThat(state.awaitNoHandlers(Duration.ofSeconds(20))).isTrue();
    state.jobsReady(null);
    assertThat(state.round()).allMatch(turn -> turn.max() == 1);
    state.jobsReady(QUEUE);
    assertThat(state.round()).as("the other has none").anyMatch(turn -> turn.max() > 1);
  }

  /** A queue that is mostly empty would cost every other a claim for each job. */
  @Test
  void jobsAreClaimedAheadBesideAQueueThatHadNoneWhenItWasAsked() throws InterruptedException {
    askBoth();
    Order order = new Order(WORKER, other.queueId(), List.of(DEFINITION), 1, 1);
    state.accept(other, order, new Claim(List.of(), false, Long.MAX_VALUE));
    accept(1);
    begun.getFirst().start();
    assertThat(state.awaitNoHandlers(Duration.ofSeconds(20))).isTrue();
    state.jobsReady(null);
    assertThat(state.round())
        .anyMatch(turn -> turn.lane() == lane && turn.max() > 1)
        .allMatch(turn -> turn.lane() == lane || turn.max() == 1);
  }

  @Test
  void whatWaitedForALeaseStartsWhenItIsRenewed() throws Exception {
    accept(1, 2, 3);
    assertThat(begun).hasSize(1);
    leaseFor(Duration.ZERO);
    finish(begun.getFirst());
    assertThat(begun).as("no start without a lease").hasSize(1);
    leaseFor(Duration.ofMinutes(1));
    assertThat(begun).hasSize(2);
  }

  @Test
  void aWorkerWithoutALeaseRestsInsteadOfSpinning() throws Exception {
    assertThat(state.nextClaim()).isTrue();
    state.claimed(true);
    leaseFor(Duration.ZERO);
    long later = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
    assertThat(state.untilNextClaim(later)).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100));
  }

  /** Two looks in quick succession (two cancels, say) while the answer of a claim is on its way. */
  @Test
  void aClaimOnItsWayIsNoStranger() throws Exception {
    assertThat(state.nextClaim()).isTrue();
    assertThat(state.compare(List.of(held(1)))).isEmpty();
    assertThat(state.compare(List.of(held(1)))).isEmpty();
    accept(1);
    state.claimed(false);
    assertThat(state.compare(List.of(held(1)))).isEmpty();
    assertThat(state.compare(List.of(held(1)))).isEmpty();
  }

  @Test
  void aClaimWhoseAnswerWasLostIsGivenBack() throws Exception {
    assertThat(state.nextClaim()).isTrue();
    assertThat(state.compare(List.of(held(1)))).isEmpty();
    state.claimed(true);
    assertThat(state.compare(List.of(held(1)))).containsExactly(new AttemptRef(1, 1, WORKER));
    Turn turn = state.nextTurn();
    assertThat(turn.returned()).containsExactly(new AttemptRef(1, 1, WORKER));
    assertThat(state.compare(List.of(held(1)))).as("on its way back").isEmpty();
  }

  /** It came in when the lease had ended already, and others have it by now. */
  @Test
  void aWorkerClaimsAgainAfterTheJobItWasToRunAloneWasTakenAway() {
    leaseFor(Duration.ZERO);
    state.runAlone(fresh(1));
    assertThat(begun).isEmpty();
    assertThat(state.round()).as("nothing beside it").isEmpty();
    state.leaseLost();
    leaseFor(Duration.ofMinutes(1));
    assertThat(state.round()).isNotEmpty();
  }

  @Test
  void theTurnOfASuspectIsNotForgottenBesideALockedEnd() throws Exception {
    state = state(2);
    start();
    ClaimedJob suspect = suspect(2);
    Order order = new Order(WORKER, QUEUE, List.of(DEFINITION), 3, 2);
    state.accept(lane, order, new Claim(List.of(fresh(1), suspect), false, Long.MAX_VALUE));
    assertThat(begun).as("its start is to be noted first").hasSize(1);
    Turn turn = state.nextTurn();
    assertThat(turn.marks()).extracting(Outbox.Mark::ref).contains(suspect.ref());
    state.stored(turn.about(Set.of(fresh(1).ref()), false), Set.of());
    assertThat(begun).hasSize(2);
  }

  /**
   * Another worker ran the lost job meanwhile: this one must notice before its own long job ends.
   */
  @Test
  void aWorkerThatWaitsToRunAJobAloneLooksAgainWhetherItMust() throws Exception {
    state = state(2);
    start();
    assertThat(state.nextClaim()).isTrue();
    accept(1);
    assertThat(state.wantsAlone(true)).as("not empty").isFalse();
    state.claimed(false);
    assertThat(state.nextClaim()).as("looks again").isTrue();
    assertThat(state.wantsAlone(false)).isFalse();
    state.claimed(false);
    assertThat(state.nextClaim()).as("claims as before").isTrue();
  }

  @Test
  void whatCouldNotBeStoredComesAgain() throws Exception {
    accept(1);
    Segment segment = new Segment(1, 1, 0, List.of(), new byte[] {1});
    AttemptRef unstarted = new AttemptRef(2, 1, WORKER);
    Turn turn = new Turn(List.of(), List.of(unstarted), List.of(), List.of(segment));
    state.putBack(turn);
    Turn again = state.nextTurn();
    assertThat(again.returned()).containsExactly(unstarted);
    assertThat(again.log()).containsExactly(segment);
  }

  @Test
  void whatAClaimBringsToADrainingWorkerIsGivenBack() throws Exception {
    assertThat(state.nextClaim()).isTrue();
    state.draining();
    assertThat(state.awaitStored(Duration.ZERO)).as("while a claim is on its way").isFalse();
    accept(1);
    state.claimed(false);
    assertThat(begun).isEmpty();
    assertThat(state.nextTurn().returned()).containsExactly(fresh(1).ref());
    state.ended();
    assertThat(state.nextClaim()).as("ended").isFalse();
  }

  @Test
  void claimsNothingWhileTooManyEndsWaitToBeStored() throws Exception {
    int batch = 1_000;
    JobDefinition<Work> many =
        JobDefinition.named("work", Work.class).batchHandler(batch, items -> {});
    int concurrency = Outbox.MAX_WAITING / batch;
    state =
        state(
            WorkerOptions.of("work").withConcurrency(concurrency), Map.of(DEFINITION, many), lane);
    start();
    accept(LongStream.range(1, Outbox.MAX_WAITING).toArray());
    assertThat(begun).hasSize(concurrency);
    begun.forEach(Execution::start);
    assertThat(state.awaitNoHandlers(Duration.ofSeconds(60))).isTrue();
    assertThat(room()).as("3,999 ends wait").isPositive();

    accept(Outbox.MAX_WAITING);
    begun.getLast().start();
    assertThat(state.awaitNoHandlers(Duration.ofSeconds(60))).isTrue();
    assertThat(room()).as("4,000 ends wait").isZero();
    assertThat(state.untilNextClaim(System.nanoTime() + TimeUnit.MINUTES.toNanos(10)))
        .as("not even when a poll is due")
        .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100));

    CompletableFuture<Boolean> claim = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            claim.complete(state.nextClaim());
          } catch (Throwable e) {
            claim.completeExceptionally(e);
          }
        });
    Turn turn = state.nextTurn();
    assertThat(turn.ends()).hasSize(Outbox.MAX_ENDS);
    state.putBack(turn);
    assertThat(room()).as("none could be stored").isZero();
    state.stored(state.nextTurn(), Set.of());
    assertThat(room()).as("some are stored").isPositive();
    assertThat(claim.get(60, TimeUnit.SECONDS)).as("and whoever waited to claim does").isTrue();
  }
}
