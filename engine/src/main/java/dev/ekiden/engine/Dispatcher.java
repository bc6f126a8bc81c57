package dev.ekiden.engine;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Execution.End;
import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.Outbox.Turn;
import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.ClaimTable.Sign;
import dev.ekiden.engine.store.ClaimTable.Start;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.LogTable;
import dev.ekiden.engine.store.LogTable.Segment;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a worker that talk to the database: one claims jobs and one stores ends, so that
 * PostgreSQL does both at a time, and one more stores ends when there are more than a statement of
 * them. What could not be stored is kept and stored again; an end that was stored although the
 * answer was lost is then refused without harm.
 */
final class Dispatcher {
  private static final int STORING_THREADS = 2;
  private static final long SIGNS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final Duration FIRST_REST_AFTER_FAILURE = Duration.ofMillis(50);
  private static final Duration LONGEST_REST_AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** The claims of one round. Confined to the thread that claims. */
  private static final class Claims {
    private final List<QueueTurns.Turn> turns;
    private int next;
    private int room;

    Claims(List<QueueTurns.Turn> turns) {
      this.turns = turns;
      room = turns.stream().mapToInt(QueueTurns.Turn::max).max().orElse(0);
    }

    QueueTurns.@Nullable Turn next() {
      return room > 0 && next < turns.size() ? turns.get(next) : null;
    }

    void took(int jobs) {
      next++;
      room -= jobs;
    }

    /** For whom the others left no room. */
    Set<Lane> notAsked() {
      Set<Lane> lanes = lanes(turns.subList(next, turns.size()));
      lanes.removeAll(lanes(turns.subList(0, next)));
      return lanes;
    }

    private static Set<Lane> lanes(List<QueueTurns.Turn> turns) {
      return turns.stream().map(QueueTurns.Turn::lane).collect(toCollection(HashSet::new));
    }
  }

  private final Engine engine;
  private final Database database;
  private final WorkerState state;
  private final String name;
  private final LongSupplier workerId;
  private final List<Short> queueIds;
  private final List<Integer> definitionIds;
  private final List<Thread> threads = new ArrayList<>();
  private long nextSignsNanos = System.nanoTime();
  private Set<Short> gated = Set.of(); // of the thread that claims
  private final Map<Short, ClaimStart> starts = new HashMap<>(); // of the thread that claims
  private final Map<Short, GateMemory> memories = new HashMap<>(); // of the thread that claims

  /** Attempts whose end may have been stored by a transaction whose answer was lost. */
  private final Set<AttemptRef> uncertain = ConcurrentHashMap.newKeySet();

  Dispatcher(
      Engine engine,
      Database database,
      WorkerState state,
      String name,
      LongSupplier workerId,
      List<Integer> definitionIds) {
    this.engine = engine;
    this.database = database;
    this.state = state;
    this.name = name;
    this.workerId = workerId;
    this.queueIds = state.lanes().stream().map(Lane::queueId).toList();
    this.definitionIds = List.copyOf(definitionIds);
    threads.add(thread("claim", () -> loop(this::claimNext)));
    for (int i = 0; i < STORING_THREADS; i++) {
      threads.add(thread("store", () -> loop(this::storeNext)));
    }
  }

  private Thread thread(String does, Runnable loop) {
    return Thread.ofPlatform().daemon().name("ekiden-" + does + "-" + name).unstarted(loop);
  }

  void start() {
    threads.forEach(Thread::start);
  }

  /** Waits for the threads, if they were started, after the state has ended. */
  void join(Duration atMost) throws InterruptedException {
    for (Thread thread : threads) {
      if (thread.getState() != Thread.State.NEW) {
        thread.join(atMost);
      }
    }
  }

  /** One thing to do, after waiting for it; false when the worker has ended. */
  private interface Step {
    boolean take() throws InterruptedException;
  }

  private void loop(Step step) {
    Duration rest = FIRST_REST_AFTER_FAILURE;
    boolean failing = false;
    while (true) {
      try {
        if (!step.take()) {
          return;
        }
        if (failing) {
          LOG.info("Worker {} works again", name);
        }
        failing = false;
        rest = FIRST_REST_AFTER_FAILURE;
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        // An Error too: without this thread the worker would hold its jobs and its lease for ever.
        report(e, failing);
        failing = true;
        if (!state.rest(rest)) {
          return;
        }
        rest = rest.multipliedBy(2);
        if (rest.compareTo(LONGEST_REST_AFTER_FAILURE) > 0) {
          rest = LONGEST_REST_AFTER_FAILURE;
        }
      }
    }
  }

  /**
   * @param again whether it failed before, and nothing has worked since
   */
  private void report(Throwable e, boolean again) {
    if (!Database.isTransient(e)) {
      LOG.error("Worker {} could not store ends or claim jobs; it tries again", name, e);
    } else if (!again) {
      LOG.warn(
          "Worker {} cannot reach the database; its handlers run on and their ends are kept: {}",
          name,
          Failures.brief(e));
    }
  }

  private boolean storeNext() throws InterruptedException {
    Turn turn = state.nextTurn();
    if (turn != null) {
      store(turn);
    }
    return turn != null;
  }

  private boolean claimNext() throws InterruptedException {
    if (!state.nextClaim()) {
      return false;
    }
    boolean failed = true;
    try {
      claim(new Claims(state.round()));
      failed = false;
    } finally {
      state.claimed(failed);
    }
    return true;
  }

  // ---- storing ----

  private void store(Turn turn) {
    List<Settled> settled = new ArrayList<>();
    Set<AttemptRef> locked = new HashSet<>();
    boolean stored = false;
    try {
      try {
        settled.addAll(database.inTransaction(handle -> store(handle, turn, locked)));
      } catch (RuntimeException e) {
        if (!Failures.concernsData(e)) {
          throw e;
        }
        locked.clear();
        settled.addAll(storeSingly(turn, locked));
      }
      stored = true;
    } finally {
      if (!stored) {
        state.putBack(turn);
        turn.ends().forEach(end -> uncertain.add(end.job().ref()));
      }
    }
    Turn done = locked.isEmpty() ? turn : turn.about(locked, false);
    if (!locked.isEmpty()) {
      state.putBackLocked(turn.about(locked, true));
    }
    state.stored(done, goOn(settled));
    announce(done, settled);
  }

  /** Attempts after which the next job of their SERIAL key may start. */
  private static Set<AttemptRef> goOn(List<Settled> settled) {
    Set<AttemptRef> goOn = new HashSet<>();
    for (Settled end : settled) {
      boolean held = end.keyKind() == KeyKind.SERIAL_HOLD && end.outcome() == Outcome.FAILED;
      if (end.endsJob() && !held) {
        goOn.add(end.ref());
      }
    }
    return goOn;
  }

  /**
   * @param locked gets the attempts whose rows others have locked
   */
  private static List<Settled> store(Handle handle, Turn turn, Set<AttemptRef> locked) {
    storeLog(handle, turn);
    if (!turn.marks().isEmpty()) {
      long now = System.nanoTime();
      ClaimTable.markStarted(
          handle,
          turn.marks().stream()
              .map(mark ->
                  new Start(
                      mark.ref().jobId(), mark.ref().attempt(), micros(now - mark.startedNanos())))
              .toList());
    }
    List<Settlement> settlements = settlements(turn);
    return settlements.isEmpty() ? List.of() : settle(handle, settlements, locked);
  }

  private static List<Settled> settle(
      Handle handle, List<Settlement> settlements, Set<AttemptRef> locked) {
    List<Settled> settled = SettleTable.settle(handle, settlements);
    if (settled.size() < settlements.size()) {
      Set<AttemptRef> missing = new HashSet<>();
      settlements.forEach(settlement -> missing.add(settlement.ref()));
      settled.forEach(end -> missing.remove(end.ref()));
      locked.addAll(SettleTable.stillRunning(handle, missing));
    }
    return settled;
  }

  private static void storeLog(Handle handle, Turn turn) {
    List<Segment> log = new ArrayList<>(turn.log());
    turn.ends().forEach(end -> log.addAll(end.log()));
    if (!log.isEmpty()) {
      LogTable.insert(handle, log);
    }
  }

  /** One settlement an attempt: an end is worth more than giving the job back. */
  static List<Settlement> settlements(Turn turn) {
    long now = System.nanoTime();
    Map<AttemptRef, Settlement> settlements = new LinkedHashMap<>();
    for (AttemptRef attempt : turn.returned()) {
      settlements.put(
          attempt, new Settlement(attempt, Outcome.RETURNED, false, 0, null, null, null, null));
    }
    for (End end : turn.ends()) {
      settlements.put(
          end.job().ref(),
          new Settlement(
              end.job().ref(),
              end.outcome(),
              false,
              micros(end.delay().toNanos()),
              micros(now - end.startedNanos()),
              end.result(),
              end.errorType(),
              end.error(),
              end.counted()));
    }
    return List.copyOf(settlements.values());
  }

  /**
   * Stores ends one by one after PostgreSQL refused them together, so that one that cannot be
   * stored (a result it cannot read, say) does not hold up the others; that one is stored without
   * its texts.
   */
  private List<Settled> storeSingly(Turn turn, Set<AttemptRef> locked) {
    database.useTransaction(handle -> storeLog(handle, turn));
    List<Settled> settled = new ArrayList<>();
    for (Settlement settlement : settlements(turn)) {
      try {
        settled.addAll(settleAlone(settlement, locked));
      } catch (RuntimeException e) {
        if (!Failures.concernsData(e)) {
          throw e;
        }
        LOG.error("The end of job {} cannot be stored as it is", settlement.ref().jobId(), e);
        settled.addAll(
            settleAlone(
                settlement.withoutTexts(
                    "its result or error could not be stored: " + Failures.brief(e)),
                locked));
      }
    }
    return settled;
  }

  private List<Settled> settleAlone(Settlement settlement, Set<AttemptRef> locked) {
    return database.inTransaction(handle -> settle(handle, List.of(settlement), locked));
  }

  /** Tells whoever waits for what the stored ends made possible, after their commit. */
  private void announce(Turn turn, List<Settled> settled) {
    Map<AttemptRef, Settled> counted = new HashMap<>();
    Set<Short> readyQueues = new TreeSet<>();
    boolean scheduled = false;
    for (Settled end : settled) {
      counted.put(end.ref(), end);
      scheduled |= end.outcome() == Outcome.RETRIED;
      if (end.key() != null || end.outcome() == Outcome.RETURNED || end.outcome() == Outcome.LOST) {
        readyQueues.add(end.queueId());
      }
      Short wakes = end.wakes();
      if (wakes != null) {
        readyQueues.add(wakes);
      }
    }
    for (End end : turn.ends()) {
      Settled stored = counted.get(end.job().ref());
      // One that does not rest is READY already.
      if (stored != null
          && stored.outcome() == Outcome.RETRIED
          && micros(end.delay().toNanos()) == 0) {
        readyQueues.add(stored.queueId());
      }
    }
    engine.wakeUps().jobsReady(readyQueues);
    if (scheduled) {
      engine.jobsScheduled();
    }
    for (End end : turn.ends()) {
      Settled stored = counted.get(end.job().ref());
      boolean again = uncertain.remove(end.job().ref());
      if (stored == null) {
        refused(end, again);
      } else {
        if (stored.outcome() == Outcome.SUCCEEDED
            && end.errorType() != null
            && !NotCommittedException.class.getName().equals(end.errorType())) {
          LOG.warn("Job {} had completed when its handler threw {}", end.job().id(), end.error());
        }
        engine
            .listener()
            .attemptEnded(
                end.job().id(),
                end.job().attempt(),
                end.definition(),
                state.queueName(stored.queueId()),
                stored.outcome(),
                end.run());
      }
    }
  }

  private void refused(End end, boolean again) {
    if (again) {
      LOG.info(
          "The end of attempt {} of job {} was sent again after a lost answer and is not needed",
          end.job().attempt(),
          end.job().id());
      return;
    }
    LOG.warn(
        "The end of attempt {} of job {} was refused: the job has moved on without it",
        end.job().attempt(),
        end.job().id());
    engine.listener().completionRefused(end.job().id(), end.job().attempt());
  }

  // ---- claiming ----

  /** Each queue is asked in a transaction of its own, so that key locks of queues never mix. */
  private void claim(Claims claims) {
    if (claims.next() == null || (signsAreDue() && claimLost())) {
      return;
    }
    for (QueueTurns.Turn turn = claims.next(); turn != null; turn = claims.next()) {
      Order order = order(turn, claims);
      Claim claim = isGated(order) ? claimGated(order) : claimPlain(order);
      if (claim.jobs().isEmpty() && !claim.more() && !isGated(order) && needsGateNow(order)) {
        claim = claimGated(order);
      }
      accept(turn, order, claim, claims);
    }
    Set<Lane> notAsked = claims.notAsked();
    if (!notAsked.isEmpty()) {
      state.notAsked(notAsked);
    }
  }

  private Claim claimPlain(Order order) {
    return starts
        .computeIfAbsent(order.queueId(), queueId -> new ClaimStart())
        .claim(
            state.isAwaited(),
            above ->
                database.inOneCall(
                    handle -> ClaimTable.claimPlain(handle, order.withAbove(above))));
  }

  private Claim claimGated(Order order) {
    if (state.isAwaited()) {
      memories.remove(order.queueId());
    }
    GateMemory memory = memories.computeIfAbsent(order.queueId(), queueId -> new GateMemory());
    return database.inTransaction(handle -> ClaimTable.claimGated(handle, order, memory));
  }

  private void accept(QueueTurns.Turn turn, Order order, Claim claim, Claims claims) {
    state.accept(turn.lane(), order, claim);
    claims.took(claim.jobs().size());
  }

  private boolean isGated(Order order) {
    return gated.contains(order.queueId());
  }

  private boolean needsGateNow(Order order) {
    readSigns();
    return isGated(order);
  }

  /** Looks how claims are to be made; answers the queues that have jobs to be run alone. */
  private Set<Short> readSigns() {
    List<Sign> signs =
        database.withHandle(handle -> ClaimTable.signs(handle, queueIds, definitionIds));
    gated = signs.stream().filter(Sign::needsGate).map(Sign::queueId).collect(toSet());
    nextSignsNanos = System.nanoTime() + SIGNS_NANOS;
    return signs.stream().filter(Sign::hasLost).map(Sign::queueId).collect(toSet());
  }

  private Order order(QueueTurns.Turn turn, Claims claims) {
    return new Order(
        workerId.getAsLong(),
        turn.lane().queueId(),
        turn.lane().definitionIds(),
        Math.min(turn.max(), claims.room),
        state.starting());
  }

  private boolean signsAreDue() {
    return state.wantsAlone() || System.nanoTime() >= nextSignsNanos;
  }

  /**
   * Looks for jobs that a worker died under; they run alone. Answers whether nothing else is to be
   * claimed now.
   */
  private boolean claimLost() {
    Set<Short> withLost = readSigns();
    List<Order> orders =
        state.lanes().stream()
            .filter(lane -> withLost.contains(lane.queueId()))
            .map(
                lane -> new Order(workerId.getAsLong(), lane.queueId(), lane.definitionIds(), 1, 1))
            .filter(order -> database.inTransaction(handle -> ClaimTable.lostMayRun(handle, order)))
            .toList();
    if (!state.wantsAlone(!orders.isEmpty())) {
      return !orders.isEmpty();
    }
    for (Order order : orders) {
      List<ClaimedJob> jobs =
          database.inTransaction(handle -> ClaimTable.claimLost(handle, order)).jobs();
      if (!jobs.isEmpty()) {
        state.runAlone(jobs.getFirst());
        return true;
      }
    }
    state.wantsAlone(false);
    return false;
  }

  private static long micros(long nanos) {
    return Math.max(0, nanos) / 1_000;
  }
}
