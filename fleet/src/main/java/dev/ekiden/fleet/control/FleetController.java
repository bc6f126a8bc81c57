package dev.ekiden.fleet.control;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Subscription;
import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.control.FleetDecision.Launch;
import dev.ekiden.fleet.control.FleetDecision.Stop;
import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.fleet.control.store.DecisionTable;
import dev.ekiden.fleet.control.store.FleetTable;
import dev.ekiden.fleet.control.store.TaskTable;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Watch;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.LeaderLease;
import dev.ekiden.postgres.Leadership;
import dev.ekiden.postgres.LeadershipLostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps fleets as large as their backlog needs. Every server has one; the one that leads looks
 * about once a second, and when jobs become ready or a task changes. What launchers are asked for
 * goes on beside the turns: a slow one keeps no other fleet waiting.
 *
 * <p>A turn looks, decides, writes, acts:
 *
 * <ol>
 *   <li>notes which launches of the turns before came to an end
 *   <li>asks the launchers for their tasks, then the database for its rows, workers and demand
 *   <li>decides without touching anything: {@link Upkeep} and {@link FleetPlan}
 *   <li>writes all of it in one transaction that the lease fences: ends, requests to retire, the
 *       decision, and the intent of each launch
 *   <li>begins to act on what is committed: {@link Launches}, signals, removals
 * </ol>
 *
 * <p>What may happen in between, each forced by a test:
 *
 * <ul>
 *   <li><b>Two controllers.</b> One holds the lease, and writes only while it does. One that is
 *       paused past its lease between deciding and writing writes nothing; paused between writing
 *       and launching it launches what was asked for under an id that the next leader launches too,
 *       and a launcher starts an id once. Was that task over and forgotten meanwhile, its row says
 *       so: the late one is stopped, and its worker ends before it claims.
 *   <li><b>Killed between intent and launch.</b> The row has no {@code launched_at} and its
 *       launcher knows no such task: the next turn launches it.
 *   <li><b>Killed between launch and note.</b> The launcher tells of the task: it is noted.
 *   <li><b>Stop against claim.</b> An idle worker that is too many is not signalled: its row asks
 *       it to retire. It takes nothing more, but a job that it claimed in that moment it finishes,
 *       however long that takes, and then it ends. Nothing is interrupted or returned.
 *   <li><b>Reclaimed.</b> It is noted, then the signal is sent: the worker takes nothing more, goes
 *       on for its grace, and returns what is left, which is not a failure.
 *   <li><b>A signal that was noted and not sent</b> is sent by the next leader.
 *   <li><b>A launcher that does not answer.</b> Nothing is concluded about its tasks. Its answer is
 *       used when it comes; that it does not tell of what was launched meanwhile means nothing.
 *   <li><b>A launcher that takes its time to launch</b>: see {@link Launches}.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class FleetController implements AutoCloseable {
  /** The name of the leader's lease. */
  public static final String LEASE = "fleet";

  /** How long a leader that is not heard of leads on. */
  public static final Duration LEASE_TIME = Duration.ofSeconds(6);

  /** A decision that changes nothing is kept at least this often. */
  public static final Duration KEPT_AT_LEAST = Duration.ofMinutes(1);

  /** How long ended tasks stay with their launcher, for their logs. */
  public static final Duration KEEP_ENDED = Duration.ofMinutes(10);

  /** How long decisions are remembered. */
  public static final Duration DECISIONS_KEPT = Duration.ofDays(7);

  /** How long tasks are remembered; as long as usage, which is billed by them. */
  public static final Duration TASKS_KEPT = Duration.ofDays(92);

  /** Longest time between two turns. */
  static final Duration LONGEST_REST = Duration.ofSeconds(1);

  /** Shortest time between two turns, whatever happens. */
  static final Duration SHORTEST_REST = Duration.ofMillis(150);

  /** Start-up of a worker of which none is known. */
  private static final Duration UNKNOWN_START_UP = Duration.ofSeconds(3);

  /** How long it waits, when it is closed, for its turn and for launches. */
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private static final Duration START_UP_REMEMBERED = Duration.ofSeconds(10);
  private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);
  private static final int FORGOTTEN_AT_ONCE = 10_000;
  private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int SUFFIX = 4;
  private static final Logger LOG = LoggerFactory.getLogger(FleetController.class);

  private final Database database;
  private final Engine engine;
  private final Launchers launchers;
  private final FleetActions actions;
  private final Looks looks;
  private final LeaderLease lease;
  private final Duration leaseTime;
  private final Duration keepEnded;
  private final SecureRandom random = new SecureRandom();

  // ---- the leader's own, used by the thread of the loop alone ----

  private final Map<String, State> states = new HashMap<>();
  private final Map<TaskId, Instant> leaselessSince = new HashMap<>();

  private @Nullable Leadership leading;
  private long renewedNanos;
  private long housekeptNanos = System.nanoTime();

  // ---- the loop ----

  private volatile boolean leadsFleets;
  private volatile @Nullable FleetTurn lastTurn;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean woken; // guarded by lock
  private boolean closed; // guarded by lock
  private final List<Subscription> ears = new ArrayList<>();
  private @Nullable Thread thread;

  /** What the leader remembers of a fleet. */
  private static final class State {
    private final DemandReader demand;
    private Memory memory;
    private Memory stored;
    private @Nullable Instant decidedAt;
    private @Nullable Instant keptAt;
    private int desired = -1;
    private long revision = -1;
    private Duration startUp = UNKNOWN_START_UP;
    private @Nullable Instant startUpReadAt;

    State(DemandReader demand, Fleet fleet) {
      this.demand = demand;
      this.memory = fleet.memory();
      this.stored = fleet.memory();
      this.decidedAt = fleet.decidedAt();
    }
  }

  /** A decision on its way into the database. */
  private record Decided(
      Fleet fleet, State state, FleetPlan plan, List<FleetTask> asked, boolean kept) {}

  FleetController(
      Database database,
      Engine engine,
      Launchers launchers,
      WorkerProgram program,
      String holder,
      Duration leaseTime,
      Duration keepEnded,
      Executor threads) {
    this.database = database;
    this.engine = engine;
    this.launchers = launchers;
    this.actions = new FleetActions(launchers, program, threads, this::wake);
    this.looks = new Looks(launchers, threads, this::wake);
    this.lease = LeaderLease.of(database, LEASE, leaseTime, holder);
    this.leaseTime = leaseTime;
    this.keepEnded = keepEnded;
  }

  /**
   * Starts a controller. It stops looking when it is closed; the workers go on.
   *
   * @param holder of the leader's lease, for people: host and process
   */
  public static FleetController start(
      Database database, Engine engine, Launchers launchers, WorkerProgram program, String holder) {
    FleetController controller =
        new FleetController(
            database,
            engine,
            launchers,
            program,
            holder,
            LEASE_TIME,
            KEEP_ENDED,
            question -> Thread.ofVirtual().name("ekiden-fleets-launcher").start(question));
    controller.begin();
    return controller;
  }

  /** Jobs may have become ready, which matters to whoever leads fleets. */
  private void jobsReady() {
    if (leadsFleets) {
      wake();
    }
  }

  /** How long the last turn took; empty before the first one in which this leads fleets. */
  public Optional<FleetTurn> lastTurn() {
    return Optional.ofNullable(lastTurn);
  }

  /** Looks at once, because something is known to have changed. */
  public void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    ears.forEach(Subscription::close);
    Thread loop = thread;
    try {
      if (loop != null && !loop.equals(Thread.currentThread()) && !loop.join(CLOSING)) {
        loop.interrupt();
      }
      actions.close(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      lease.release();
    } catch (RuntimeException e) {
      LOG.debug("The leadership of the fleets will run out", e);
    }
  }

  void begin() {
    ears.add(engine.onJobsReady(this::jobsReady));
    for (Located located : launchers.located().values()) {
      Watch watch = located.launcher().watch(status -> wake());
      ears.add(watch::close);
    }
    thread = Thread.ofPlatform().daemon().name("ekiden-fleets").start(this::loop);
  }

  private void loop() {
    boolean failing = false;
    while (true) {
      long begun = System.nanoTime();
      Duration rest;
      try {
        rest = turn();
        if (failing) {
          LOG.info("The fleet controller works again");
        }
        failing = false;
      } catch (LeadershipLostException e) {
        LOG.info("The fleets are led by another: {}", e.getMessage());
        leadsFleets = false;
        rest = LONGEST_REST;
      } catch (RuntimeException e) {
        if (isClosed()) {
          return;
        }
        if (!failing) {
          if (Database.isTransient(e)) {
            LOG.warn(
                "The fleet controller cannot reach the database and keeps trying: {}",
                e.toString());
          } else {
            LOG.error("The fleet controller failed and keeps trying", e);
          }
        }
        failing = true;
        rest = LONGEST_REST;
      }
      if (!rest(rest, begun)) {
        return;
      }
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Rests until the next look or until woken, but never too short; false to end. */
  private boolean rest(Duration most, long begun) {
    long until = System.nanoTime() + most.toNanos();
    long least = begun + SHORTEST_REST.toNanos();
    lock.lock();
    try {
      while (!closed) {
        long now = System.nanoTime();
        long left = (woken ? least : Math.max(until, least)) - now;
        if (left <= 0) {
          break;
        }
        changed.awaitNanos(left);
      }
      woken = false;
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  // ---- a turn ----

  /** One turn; answers how long to rest. Does nothing while another leads. */
  Duration turn() {
    try {
      return leadOrStandBy();
    } catch (LeadershipLostException e) {
      standBy();
      throw e;
    }
  }

  /** What is left to be launched is for whoever leads. */
  private void standBy() {
    if (leading != null) {
      leading = null;
      actions.forget();
      looks.forget();
    }
    leadsFleets = false;
  }

  private Duration leadOrStandBy() {
    Leadership before = leading;
    Optional<Leadership> leadership =
        before == null || isRenewalDue() ? renew() : Optional.of(before);
    if (leadership.isEmpty()) {
      standBy();
      return LONGEST_REST;
    }
    if (before == null || before.epoch() != leadership.get().epoch()) {
      LOG.info("Leads the fleets in epoch {}", leadership.get().epoch());
      states.clear();
      leaselessSince.clear();
      actions.forget();
      looks.forget();
    }
    leading = leadership.get();
    return lead(leadership.get());
  }

  /** Notes what became of launches; whether some failed, so that another class may stand in. */
  private boolean noteLaunches(Leadership leadership) {
    looks.underWay(actions.underWay());
    Launches.Outcomes outcomes = actions.launched();
    if (!outcomes.isNothing()) {
      database.useTransaction(handle -> {
        lease.assertHeld(handle, leadership);
        outcomes.launched().forEach(id -> TaskTable.launched(handle, id, null));
        outcomes
            .failures()
            .forEach((id, reason) ->
                TaskTable.ended(
                    handle, id, TaskEnding.NOT_STARTED, "could not start: " + reason, null));
      });
    }
    return !outcomes.failures().isEmpty();
  }

  private boolean isRenewalDue() {
    return System.nanoTime() - renewedNanos > leaseTime.toNanos() / 3;
  }

  private Optional<Leadership> renew() {
    Optional<Leadership> leadership = lease.acquireOrRenew();
    renewedNanos = System.nanoTime();
    return leadership;
  }

  private Duration lead(Leadership leadership) {
    long begunNanos = System.nanoTime();
    // Before the launchers are asked: what is noted as launched, they tell of.
    noteLaunches(leadership);
    Looks.Seen looked = looks.look(actions.underWay());
    Map<String, Map<TaskId, TaskStatus>> seen = looked.tasks();
    List<Fleet> fleets = database.withHandle(FleetTable::all);
    List<FleetTask> tasks = database.withHandle(TaskTable::present);
    if (fleets.isEmpty() && tasks.isEmpty() && seen.values().stream().allMatch(Map::isEmpty)) {
      states.clear();
      leadsFleets = false;
      return LONGEST_REST;
    }
    leadsFleets = true;
    Map<String, WorkerSummary> workers = new HashMap<>();
    engine.workers().forEach(worker -> workers.put(worker.name(), worker));
    Instant now = database.withHandle(TaskTable::now);
    Map<String, Fleet> byName = new LinkedHashMap<>();
    fleets.forEach(fleet -> byName.put(fleet.name(), fleet));
    states.keySet().retainAll(byName.keySet());
    Map<String, Demand> demands = demands(fleets, now);
    long lookedNanos = System.nanoTime();
    Upkeep upkeep =
        new Upkeep(
            new Sight(now, places(), seen, looked.unsure(), workers),
            tasks,
            byName,
            keepEnded,
            leaselessSince);
    List<Decided> decided = new ArrayList<>();
    Instant next = now.plus(LONGEST_REST);
    for (Fleet fleet : fleets) {
      Demand demand = demands.get(fleet.name());
      if (demand != null) {
        Decided one = decide(fleet, now, tasks, upkeep, demand);
        decided.add(one);
        next = sooner(next, one.plan().decision().nextLook());
      }
    }
    for (FleetTask task : tasks) {
      Instant due = task.reclaimDueAt();
      if (due != null && due.isAfter(now)) {
        next = sooner(next, due);
      }
    }
    long plannedNanos = System.nanoTime();
    List<FleetTask> asked = write(leadership, now, upkeep, decided);
    long writtenNanos = System.nanoTime();
    actions.act(byName, upkeep, asked);
    if (noteLaunches(leadership)) {
      wake(); // another class may stand in
    }
    FleetTurn before = lastTurn;
    lastTurn =
        new FleetTurn(
            before == null ? 1 : before.number() + 1,
            Duration.ofNanos(lookedNanos - begunNanos),
            Duration.ofNanos(plannedNanos - lookedNanos),
            Duration.ofNanos(writtenNanos - plannedNanos),
            Duration.ofNanos(System.nanoTime() - writtenNanos));
    housekeep(leadership, seen);
    return Duration.between(now, next);
  }

  private static Instant sooner(Instant one, Instant other) {
    return other.isBefore(one) ? other : one;
  }

  private Set<String> places() {
    Set<String> places = new HashSet<>();
    launchers.located().values().forEach(located -> places.add(located.place()));
    return places;
  }

  /** What is asked of the fleets that are switched on, by their names. */
  private Map<String, Demand> demands(List<Fleet> fleets, Instant now) {
    Map<String, Demand> demands = new HashMap<>();
    for (Fleet fleet : fleets) {
      if (fleet.spec().enabled()) {
        State state = state(fleet);
        demands.put(
            fleet.name(), state.demand.read(fleet.spec().queues(), startUp(fleet, state, now)));
      }
    }
    return demands;
  }

  private State state(Fleet fleet) {
    return states.computeIfAbsent(fleet.name(), name -> new State(new DemandReader(engine), fleet));
  }

  // ---- decide ----

  private Decided decide(
      Fleet fleet, Instant now, List<FleetTask> tasks, Upkeep upkeep, Demand demand) {
    State state = state(fleet);
    FleetPlan plan = FleetPlan.of(fleet, now, tasks, upkeep, demand, state.memory, state.decidedAt);
    List<Placement> launches = plan.decision().launches();
    Instant keptAt = state.keptAt;
    boolean kept =
        !launches.isEmpty()
            || !plan.retiring().isEmpty()
            || plan.news()
            || plan.decision().desired() != state.desired
            || fleet.revision() != state.revision
            || keptAt == null
            || !keptAt.plus(KEPT_AT_LEAST).isAfter(now);
    return new Decided(fleet, state, plan, List.of(), kept);
  }

  private Duration startUp(Fleet fleet, State state, Instant now) {
    Instant read = state.startUpReadAt;
    if (read == null || read.plus(START_UP_REMEMBERED).isBefore(now)) {
      state.startUp =
          database
              .withHandle(handle -> TaskTable.startUp(handle, fleet.name()))
              .orElse(UNKNOWN_START_UP);
      state.startUpReadAt = now;
    }
    return state.startUp;
  }

  // ---- write ----

  /** Commits what was decided; answers the tasks that were asked for. */
  private List<FleetTask> write(
      Leadership leadership, Instant now, Upkeep upkeep, List<Decided> decided) {
    boolean nothing =
        upkeep.launched.isEmpty()
            && upkeep.ended.isEmpty()
            && upkeep.retired.isEmpty()
            && upkeep.stopped.isEmpty()
            && upkeep.removed.isEmpty()
            && decided.stream()
                .allMatch(one ->
                    !one.kept() && one.plan().decision().memory().equals(one.state().stored));
    List<Decided> written = new ArrayList<>();
    if (!nothing) {
      database.useTransaction(handle -> {
        lease.assertHeld(handle, leadership);
        note(handle, upkeep);
        for (Decided one : decided) {
          written.add(write(handle, leadership, now, one));
        }
      });
    }
    for (Decided one : decided) {
      one.state().memory = one.plan().decision().memory();
      one.state().decidedAt = now;
    }
    List<FleetTask> asked = new ArrayList<>();
    for (Decided one : written) {
      State state = one.state();
      state.stored = state.memory;
      if (one.kept()) {
        state.keptAt = now;
        state.desired = one.plan().decision().desired();
        state.revision = one.fleet().revision();
      }
      asked.addAll(one.asked());
    }
    return asked;
  }

  private static void note(Handle handle, Upkeep upkeep) {
    upkeep.launched.forEach(one -> TaskTable.launched(handle, one.task().id(), one.startedAt()));
    upkeep.ended.forEach(
        one -> TaskTable.ended(handle, one.task().id(), one.ending(), one.detail(), one.at()));
    upkeep.retired.forEach(one -> TaskTable.retire(handle, one.task().id(), one.reason()));
    upkeep.stopped.forEach(
        one -> TaskTable.stopped(handle, one.task().id(), one.reclaimed(), one.detail()));
    TaskTable.removed(handle, upkeep.removed);
  }

  private Decided write(Handle handle, Leadership leadership, Instant now, Decided one) {
    FleetPlan plan = one.plan();
    Fleet fleet = one.fleet();
    List<FleetTask> asked = ask(handle, fleet, now, plan.decision().launches());
    plan.retiring()
        .forEach(task ->
            TaskTable.retire(handle, task.id(), "there were more workers than were needed"));
    if (one.kept()) {
      List<Launch> launches = new ArrayList<>();
      for (FleetTask task : asked) {
        CapacityClass insteadOf = task.insteadOf();
        launches.add(
            new Launch(
                task.id().value(),
                task.capacityClass().name(),
                insteadOf == null ? null : insteadOf.name()));
      }
      List<Stop> stops =
          plan.retiring().stream()
              .map(task -> new Stop(task.id().value(), task.capacityClass().name()))
              .toList();
      DecisionTable.add(
          handle,
          FleetDecision.of(
              fleet.name(),
              now,
              fleet.revision(),
              leadership.epoch(),
              plan.observed(),
              plan.decision(),
              launches,
              stops));
    }
    if (one.kept() || !plan.decision().memory().equals(one.state().stored)) {
      FleetTable.remember(handle, fleet.name(), plan.decision().memory(), now);
    }
    return new Decided(fleet, one.state(), plan, asked, one.kept());
  }

  private List<FleetTask> ask(Handle handle, Fleet fleet, Instant now, List<Placement> placements) {
    Located located = launchers.named(fleet.spec().launcher()).orElse(null);
    if (placements.isEmpty() || located == null) {
      return List.of();
    }
    List<Long> numbers = TaskTable.numbers(handle, placements.size());
    List<FleetTask> asked = new ArrayList<>();
    for (int i = 0; i < placements.size(); i++) {
      Placement placement = placements.get(i);
      TaskId id = new TaskId("%s-%d-%s".formatted(fleet.name(), numbers.get(i), suffix()));
      FleetTask task =
          FleetTask.asked(id, numbers.get(i), fleet, placement, located, now)
              .withReclaimDueAt(reclaimDue(handle, fleet, placement.capacityClass(), now));
      TaskTable.ask(handle, task);
      asked.add(task);
    }
    return asked;
  }

  /**
   * So that no id comes twice, also when a database begins anew beside the tasks of an older one.
   */
  private String suffix() {
    StringBuilder suffix = new StringBuilder();
    for (int i = 0; i < SUFFIX; i++) {
      suffix.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return suffix.toString();
  }

  private static @Nullable Instant reclaimDue(
      Handle handle, Fleet fleet, CapacityClass capacityClass, Instant now) {
    Reclaims reclaims = fleet.spec().reclaims();
    if (reclaims == null || !capacityClass.equals(CapacityClass.SPOT)) {
      return null;
    }
    return now.plus(reclaims.life(TaskTable.ofClass(handle, fleet.name(), capacityClass) + 1));
  }

  private void housekeep(Leadership leadership, Map<String, Map<TaskId, TaskStatus>> seen) {
    if (System.nanoTime() - housekeptNanos < HOUSEKEEPING.toNanos()) {
      return;
    }
    housekeptNanos = System.nanoTime();
    database.useTransaction(handle -> {
      lease.assertHeld(handle, leadership);
      DecisionTable.forget(handle, DECISIONS_KEPT, FORGOTTEN_AT_ONCE);
      TaskTable.forget(handle, TASKS_KEPT);
    });
    Set<TaskId> known = new HashSet<>();
    database.withHandle(TaskTable::present).forEach(task -> known.add(task.id()));
    seen.values().forEach(tasks -> known.addAll(tasks.keySet()));
    actions.forgetAllBut(known);
  }
}
