package dev.ekiden.engine;

import static java.util.stream.Collectors.toMap;

import dev.ekiden.engine.Backlog.Waiting;
import dev.ekiden.engine.Execution.End;
import dev.ekiden.engine.JobContext.Stop;
import dev.ekiden.engine.Outbox.Turn;
import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.WorkerTable.Held;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a worker holds in memory: claimed jobs that wait, handlers that run, ends to be stored. Does
 * no SQL and starts no handler under its lock. Thread-safe.
 */
final class WorkerState {
  /** Most jobs claimed by one statement. */
  static final int MAX_CLAIM = 1_000;

  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration FOREVER = Duration.ofDays(365);

  enum Phase {
    NEW,
    RUNNING,
    DRAINING,
    ENDED
  }

  private final WorkerOptions options;
  private final Map<Integer, JobDefinition<?>> definitions;

  /** By queue; a job may be enqueued to another queue than its definition's, and is one of few. */
  private final Map<String, Integer> largestBatches;

  private final Consumer<List<Execution>> begin;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** For the thread that claims, which most changes do not concern. */
  private final Condition roomMade = lock.newCondition();

  // All guarded by lock.
  private Phase phase = Phase.NEW;
  private final Backlog backlog;
  private final QueueTurns turns;
  private final Set<Execution> executions = new LinkedHashSet<>();
  private final Outbox outbox = new Outbox();

  /** Attempts of this worker that it did not know, with the last claim begun when first seen. */
  private Map<AttemptRef, Long> strangers = new HashMap<>();

  private boolean claiming;
  private long claims;
  private int awaited; // how many wait until there is nothing to claim
  private boolean wantsAlone; // claims nothing until it can run a lost job alone
  private boolean alone; // the one handler that runs is to have no company
  private long leaseEndNanos;
  private long nextPollNanos = System.nanoTime();

  /**
   * @param begin starts prepared handlers; called without the lock
   */
  WorkerState(
      WorkerOptions options,
      List<Lane> lanes,
      Map<Integer, JobDefinition<?>> definitions,
      Consumer<List<Execution>> begin) {
    this.options = options;
    this.definitions = Map.copyOf(definitions);
    this.largestBatches =
        definitions.values().stream()
            .collect(toMap(JobDefinition::queue, JobDefinition::maxBatch, Math::max));
    this.begin = begin;
    this.backlog = new Backlog(options.concurrency(), options.maxPrefetch());
    this.turns = new QueueTurns(options.choice(), lanes);
  }

  List<Lane> lanes() {
    return turns.lanes();
  }

  // ---- phases ----

  void started() {
    locked(() -> {
      if (phase != Phase.NEW) {
        throw new IllegalStateException("a worker starts once; this one is " + phase);
      }
      phase = Phase.RUNNING;
    });
  }

  /** The start failed before anything was claimed. */
  void notStarted() {
    locked(() -> {
      if (phase == Phase.RUNNING) {
        phase = Phase.NEW;
      }
    });
  }

  /** Claims and starts nothing more; answers the phase before. */
  Phase draining() {
    lock.lock();
    try {
      Phase before = phase;
      if (phase == Phase.NEW) {
        phase = Phase.ENDED;
      } else if (phase == Phase.RUNNING) {
        phase = Phase.DRAINING;
        giveBack(removeWaiting(job -> true));
      }
      signalAll();
      return before;
    } finally {
      lock.unlock();
    }
  }

  void ended() {
    locked(() -> {
      phase = Phase.ENDED;
      signalAll();
    });
  }

  /** Waits until no handler runs, for so long at most. */
  boolean awaitNoHandlers(Duration atMost) {
    return await(atMost, executions::isEmpty);
  }

  /**
   * Waits until everything is stored, for so long at most; also for a claim on its way, whose jobs
   * are to be given back.
   */
  boolean awaitStored(Duration atMost) {
    return await(atMost, () -> !claiming && outbox.isEmpty());
  }

  /** Rests unless the worker ends meanwhile; answers whether it goes on. */
  boolean rest(Duration atMost) {
    return !await(atMost, () -> phase == Phase.ENDED);
  }

  private boolean await(Duration atMost, BooleanSupplier condition) {
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return condition.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  boolean isIdle() {
    lock.lock();
    try {
      return holdsNothing();
    } finally {
      lock.unlock();
    }
  }

  /** Handlers that run now. */
  List<Execution> executions() {
    lock.lock();
    try {
      return List.copyOf(executions);
    } finally {
      lock.unlock();
    }
  }

  // ---- the lease ----

  /** There is a lease until then; starts what waited for it. */
  void leaseRunsUntil(long nanos) {
    List<Execution> starting;
    lock.lock();
    try {
      leaseEndNanos = nanos;
      starting = startMore();
      signalAll();
    } finally {
      lock.unlock();
    }
    begin.accept(starting);
  }

  /**
   * Forgets what others have by now, and claims nothing until there is a new lease; answers how
   * many attempts still run here.
   */
  int leaseLost() {
    lock.lock();
    try {
      // Others may have their keys and places by now; those that hold none may run on in vain.
      executions.stream()
          .filter(execution -> execution.jobs().stream().anyMatch(ClaimedJob::exclusive))
          .forEach(execution -> execution.stop(Stop.FENCED));
      leaseEndNanos = System.nanoTime();
      removeWaiting(job -> true);
      backlog.leaseLost();
      outbox.leaseLost();
      strangers.clear();
      turns.lookAgain();
      return executions.stream().mapToInt(execution -> execution.jobs().size()).sum();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Compares with what the database says this worker holds: passes on requests to stop, and gives
   * back jobs of a claim whose answer was lost. Such a stranger is given back only when it is seen
   * again after the end of every claim that may bring it.
   *
   * @return the strangers given back
   */
  List<AttemptRef> compare(Collection<Held> held) {
    List<AttemptRef> found = new ArrayList<>();
    lock.lock();
    try {
      stopRequested(held);
      Set<AttemptRef> known = known();
      long endedClaims = claiming ? claims - 1 : claims;
      Map<AttemptRef, Long> unknown = new HashMap<>();
      for (Held attempt : held) {
        if (!known.contains(attempt.ref())) {
          Long seen = strangers.get(attempt.ref());
          unknown.put(attempt.ref(), seen == null ? claims : seen);
          if (seen != null && seen <= endedClaims) {
            found.add(attempt.ref());
          }
        }
      }
      found.forEach(outbox::giveBack);
      strangers = unknown;
      signalAll();
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** Passes on requests to stop. */
  void stopRequested(Collection<Held> held) {
    locked(() -> {
      for (Held attempt : held) {
        if (attempt.stopRequested()) {
          giveBack(removeWaiting(job -> job.ref().equals(attempt.ref())));
          executions.forEach(execution -> execution.cancel(attempt.ref()));
          signalAll();
        }
      }
    });
  }

  /** All attempts that are here, in whatever place. */
  Set<AttemptRef> known() {
    lock.lock();
    try {
      Set<AttemptRef> known = new HashSet<>(outbox.attempts());
      executions.forEach(execution -> execution.jobs().forEach(job -> known.add(job.ref())));
      backlog.forEach(job -> known.add(job.ref()));
      return known;
    } finally {
      lock.unlock();
    }
  }

  // ---- wake-ups ----

  void jobsReady(@Nullable Short queueId) {
    List<Lane> ready =
        lanes().stream().filter(lane -> queueId == null || lane.queueId() == queueId).toList();
    if (!ready.isEmpty()) {
      locked(() -> {
        turns.lookAgain(ready);
        signalAll();
      });
    }
  }

  /** Gives jobs back that were claimed and have not started. */
  void giveBack(Predicate<ClaimedJob> which) {
    locked(() -> {
      giveBack(removeWaiting(which));
      signalAll();
    });
  }

  // ---- the dispatcher's turns ----

  /** Waits until there is something to store or to claim; null when the worker has ended. */
  @Nullable Turn nextTurn() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        long now = System.nanoTime();
        outbox.tryLockedAgain(now);
        if (phase == Phase.ENDED && outbox.nothingWaits()) {
          return null;
        }
        if (outbox.isDue(now, executions)) {
          return outbox.take(now, executions);
        }
        changed.awaitNanos(outbox.untilDue(now, executions));
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is room for more jobs and reason to look; false when the worker has ended.
   */
  boolean nextClaim() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        long now = System.nanoTime();
        if (phase == Phase.ENDED) {
          return false;
        }
        if (now >= nextPollNanos) {
          turns.lookAgain();
        }
        turns.lookAgainIfDue(now);
        if (mayClaim(now)) {
          claiming = true;
          claims++;
          backlog.claimBegins();
          nextPollNanos = now + options.pollInterval().toNanos();
          return true;
        }
        roomMade.awaitNanos(untilNextClaim(now));
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean mayClaim(long now) {
    return takesJobs(now) && turns.hasRoom(this::room);
  }

  /** Whether there is room, be there jobs or not. */
  private boolean mayPoll(long now) {
    return takesJobs(now) && lanes().stream().anyMatch(lane -> room(lane) > 0);
  }

  private boolean takesJobs(long now) {
    return phase == Phase.RUNNING && now < leaseEndNanos;
  }

  /** How long nothing is to be claimed, unless somebody signals; a new lease does. */
  long untilNextClaim(long now) {
    return mayPoll(now)
        ? Math.max(1, Math.min(LONGEST_WAIT_NANOS, Math.min(nextPollNanos, turns.nextDue()) - now))
        : LONGEST_WAIT_NANOS;
  }

  /**
   * The turn's ends and returns are stored.
   *
   * @param goOn attempts whose SERIAL key goes on after them
   */
  void stored(Turn turn, Set<AttemptRef> goOn) {
    List<Execution> starting;
    lock.lock();
    try {
      outbox.stored(turn);
      turn.returned().forEach(backlog::wentBack);
      turn.marks().forEach(mark -> backlog.noted(mark.ref()));
      for (End end : turn.ends()) {
        if (!end.job().isSerial()) {
          continue;
        }
        if (goOn.contains(end.job().ref())) {
          backlog.goOn(end.job());
        } else {
          giveBack(backlog.breakChain(end.job()));
        }
      }
      if (wantsAlone && holdsNothing()) {
        turns.lookAgain();
      }
      starting = startMore();
      signalAll();
    } finally {
      lock.unlock();
    }
    begin.accept(starting);
  }

  /** The turn failed: everything it took is put back, to be stored later. */
  void putBack(Turn turn) {
    locked(() -> outbox.putBack(turn));
  }

  /** The rows of these attempts of a turn are locked by others: they are stored after a rest. */
  void putBackLocked(Turn part) {
    locked(() -> outbox.putBackLocked(part, System.nanoTime()));
  }

  /** A claim is over; after one that failed, what it would have found is still there. */
  void claimed(boolean failed) {
    locked(() -> {
      claiming = false;
      if (failed) {
        turns.lookAgain();
      }
      signalAll();
    });
  }

  /** Claims again and waits until that, and all that came of it, has ended and found no more. */
  void awaitNothingToClaim() {
    locked(() -> awaited++);
    try {
      jobsReady(null);
      await(
          FOREVER,
          () -> phase != Phase.RUNNING || (holdsNothing() && !turns.mayHaveMore() && !claiming));
    } finally {
      locked(() -> awaited--);
    }
  }

  /** Whether somebody waits until there is nothing to claim, so that nothing may be overlooked. */
  boolean isAwaited() {
    lock.lock();
    try {
      return awaited > 0;
    } finally {
      lock.unlock();
    }
  }

  /** How many claims have begun. */
  long claims() {
    lock.lock();
    try {
      return claims;
    } finally {
      lock.unlock();
    }
  }

  /** How many ends of attempts were stored. */
  int storedEnds() {
    lock.lock();
    try {
      return outbox.storedEnds();
    } finally {
      lock.unlock();
    }
  }

  /**
   * A round of claims, in order: as many jobs together as the most that one of them asks for. The
   * room that handlers free meanwhile belongs to the next round.
   */
  List<QueueTurns.Turn> round() {
    lock.lock();
    try {
      return phase == Phase.RUNNING ? turns.turns(this::room) : List.of();
    } finally {
      lock.unlock();
    }
  }

  /** Lanes of a round for which the others left no room: their turn comes again. */
  void notAsked(Collection<Lane> some) {
    locked(() -> turns.lookAgain(some));
  }

  /** How many of the next jobs claimed would start at once. */
  int starting() {
    lock.lock();
    try {
      // Not times the largest batch: what comes may not be of that definition.
      return Math.max(0, options.concurrency() - executions.size() - backlog.startable());
    } finally {
      lock.unlock();
    }
  }

  /** Takes claimed jobs in and starts what there is a place for. */
  void accept(Lane lane, Order order, Claim claim) {
    List<Execution> starting;
    lock.lock();
    try {
      claim.jobs().forEach(job -> strangers.remove(job.ref()));
      if (phase != Phase.RUNNING) {
        giveBack(claim.jobs());
        signalAll();
        return;
      }
      boolean dry = !claim.more() && claim.jobs().size() < order.max();
      List<Double> ranks = turns.claimed(lane, claim.jobs().size(), claim.more(), dry);
      for (int i = 0; i < claim.jobs().size(); i++) {
        ClaimedJob job = claim.jobs().get(i);
        if (backlog.isOutOfTurn(job)) {
          giveBack(List.of(job));
        } else {
          backlog.add(job, ranks.get(i));
        }
      }
      if (claim.nextMicros() < Long.MAX_VALUE) {
        turns.lookAgainAt(
            lane, System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(claim.nextMicros()));
      }
      starting = startMore();
    } finally {
      lock.unlock();
    }
    begin.accept(starting);
  }

  // ---- running alone ----

  /**
   * Whether a job that a worker died under waits to be run. Until it has run, here or elsewhere,
   * nothing else is claimed, and what waits here is given back.
   *
   * @return whether the worker is empty, so that such a job may be claimed now
   */
  boolean wantsAlone(boolean wanted) {
    lock.lock();
    try {
      if (wantsAlone && !wanted) {
        turns.lookAgain();
      }
      wantsAlone = wanted;
      if (!wanted) {
        return false;
      }
      giveBack(removeWaiting(job -> true));
      return holdsNothing();
    } finally {
      lock.unlock();
    }
  }

  boolean wantsAlone() {
    lock.lock();
    try {
      return wantsAlone;
    } finally {
      lock.unlock();
    }
  }

  /** Runs one job without company. */
  void runAlone(ClaimedJob job) {
    List<Execution> starting;
    lock.lock();
    try {
      strangers.remove(job.ref());
      if (phase != Phase.RUNNING) {
        giveBack(List.of(job));
        signalAll();
        return;
      }
      alone = true;
      backlog.add(job, 0);
      starting = startMore();
    } finally {
      lock.unlock();
    }
    begin.accept(starting);
  }

  // ---- handlers ----

  /** An execution has ends to store; its place is free once its handler has returned. */
  void finished(Execution execution) {
    List<End> mine = execution.takeEnds();
    List<Execution> starting = List.of();
    lock.lock();
    try {
      boolean tell = outbox.add(mine, System.nanoTime());
      if (execution.isDone() && executions.remove(execution)) {
        if (alone || (wantsAlone && holdsNothing())) {
          turns.lookAgain();
        }
        alone = false;
        backlog.returned(execution.jobs());
        backlog.ran(
            execution.jobs().getFirst().queueId(),
            System.nanoTime() - execution.startedNanos(),
            execution.jobs().size());
        starting = startMore();
      }
      if (tell || executions.isEmpty()) {
        changed.signalAll();
      }
      // While a claim is under way nobody waits for room; afterwards it is looked for anew.
      if (!claiming && turns.hasRoom(this::room)) {
        roomMade.signal();
      }
    } finally {
      lock.unlock();
    }
    begin.accept(starting);
  }

  /** Prepares handlers for the free places. */
  private List<Execution> startMore() {
    List<Execution> starting = new ArrayList<>();
    long now = System.nanoTime();
    ClaimedJob suspect = backlog.nextSuspect();
    if (suspect != null) {
      outbox.noteNow(suspect.ref(), now);
      changed.signalAll();
    }
    while (phase == Phase.RUNNING
        && executions.size() < options.concurrency()
        && now < leaseEndNanos) {
      ClaimedJob head = backlog.head();
      if (head == null) {
        break;
      }
      JobDefinition<?> definition = definitions.get(head.definitionId());
      if (definition == null) {
        throw new IllegalStateException("claimed a job of a definition this worker cannot run");
      }
      List<Waiting> batch = backlog.next(definition.maxBatch());
      for (Waiting waiting : batch) {
        turns.started(waiting.rank());
        ClaimedJob job = waiting.job();
        if (!job.marked() && !job.suspect()) {
          outbox.note(job.ref(), now);
        }
      }
      if (executions.isEmpty()) {
        outbox.handlersRunFrom(now);
      }
      Execution execution =
          new Execution(
              definition,
              queueName(head.queueId()),
              batch.stream().map(Waiting::job).toList(),
              this::finished);
      executions.add(execution);
      starting.add(execution);
    }
    return starting;
  }

  /** Stops every handler; their jobs are given back. */
  void interruptHandlers() {
    executions().forEach(execution -> execution.stop(Stop.DRAIN));
  }

  /** Name of a queue this worker serves. */
  String queueName(short queueId) {
    for (Lane lane : lanes()) {
      if (lane.queueId() == queueId) {
        return lane.queue();
      }
    }
    throw new IllegalStateException("this worker does not serve queue " + queueId);
  }

  // ---- room ----

  /**
   * How many jobs of one queue to claim now: only as many as start now or within about a second, or
   * a queue of long jobs would be claimed by the batches and run times of another, and hold up what
   * comes before it.
   */
  private int room(Lane lane) {
    if (alone || outbox.isFull()) {
      return 0;
    }
    if (wantsAlone) {
      // For that job, or to see that another worker has it by now.
      return 1;
    }
    int startable =
        (options.concurrency() - executions.size()) * largestBatches.getOrDefault(lane.queue(), 1);
    int open = startable - backlog.startable();
    // Nor may one that is known fill what another has a share of before that one was ever run,
    // unless that one had nothing when it was asked.
    boolean unknown = turns.shareWith(other -> !other.isDry() && !backlog.knows(other.queueId()));
    int ahead = unknown ? 0 : backlog.ahead(lane.queueId(), turns.upTo(lane));
    int room = Math.max(open, ahead == 0 ? 0 : startable + ahead);
    return Math.min(room > 0 || !isKeptOut(lane) ? room : 1, MAX_CLAIM);
  }

  /**
   * Whether jobs of other queues take every place that gets free, although those of this one may go
   * before them: then one of it is to wait in front of them.
   */
  private boolean isKeptOut(Lane lane) {
    return backlog.held(lane.queueId()) == 0
        && turns.isBefore(lane, other -> backlog.held(other.queueId()) > 0);
  }

  private boolean holdsNothing() {
    return executions.isEmpty() && backlog.isEmpty() && outbox.isEmpty();
  }

  /** Takes jobs out of the backlog; the one that was to run alone may be among them. */
  private List<ClaimedJob> removeWaiting(Predicate<ClaimedJob> which) {
    List<ClaimedJob> removed = backlog.remove(which);
    if (alone && executions.isEmpty() && backlog.isEmpty()) {
      alone = false;
      turns.lookAgain();
    }
    return removed;
  }

  private void giveBack(Collection<ClaimedJob> jobs) {
    for (ClaimedJob job : jobs) {
      outbox.giveBack(job.ref());
      backlog.goesBack(job);
    }
  }

  private void signalAll() {
    changed.signalAll();
    roomMade.signal();
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }
}
