package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.ArrivalRate;
import dev.ekiden.fleet.CapacityMix.Share;
import dev.ekiden.fleet.Decision;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.RunTimes;
import dev.ekiden.fleet.cost.Money;
import dev.ekiden.fleet.decide.MixRule;
import dev.ekiden.fleet.decide.Scaling;
import dev.ekiden.fleet.decide.TaskPerJob;
import dev.ekiden.fleet.simulate.EventQueue.Event;
import dev.ekiden.fleet.simulate.EventQueue.Kind;
import dev.ekiden.fleet.simulate.Operation.Loop;
import dev.ekiden.fleet.simulate.Operation.OwnTask;
import dev.ekiden.fleet.simulate.Operation.Scaled;
import dev.ekiden.fleet.simulate.SimulatedWorker.Phase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One operation running the jobs of a scenario, event by event. Time is in microseconds from the
 * beginning. Jobs go to the worker that has been free for longest, as several that claim from one
 * queue share it.
 */
final class Simulation {
  /** A simulation that has not drained after so many times its length, and a day, is broken off. */
  private static final long PATIENCE = 10;

  private static final long DAY_MICROS = 86_400_000_000L;
  private static final long NOT_YET = -1;

  private final Scenario scenario;
  private final Workload workload;
  private final Operation operation;
  private final EventQueue events = new EventQueue();
  private final Pool pool;
  private final RunTimes[] runTimes;
  private final RunTimes together;
  private final ArrivalRate arrivalRate = new ArrivalRate();
  private final WaitingJobs waiting;
  private final IntDeque nextRound = new IntDeque();
  private final Series.Recorder recorder;
  private final Duration startUp;
  private final long lengthMicros;
  private final long brokenOffAt;

  private final long[] firstStart;
  private final long[] end;
  private final byte[] attempts;
  private final List<Outcome.Note> notes = new ArrayList<>();

  private Memory memory = Memory.NONE;
  private long now;
  private long lookedAt;
  private int arrivedSinceLook;
  private int arrived;
  private int running;
  private int ended;
  private int failed;
  private int attemptsLost;
  private long lastEnd;
  private boolean inRound;
  private double workerSeconds;

  Simulation(Scenario scenario, Workload workload, Operation operation) {
    this.scenario = scenario;
    this.workload = workload;
    this.operation = operation;
    List<CapacityModel> models =
        operation.mix().classes().stream()
            .map(name -> {
              CapacityModel model = scenario.classes().get(name);
              if (model == null) {
                throw new IllegalArgumentException("the scenario has no class " + name);
              }
              return model;
            })
            .toList();
    this.pool =
        new Pool(models, operation.slots(), events, new SplittableRandom(scenario.seed() + 1));
    this.runTimes = workload.known();
    this.together = workload.knownTogether();
    this.waiting = new WaitingJobs(workload, runTimes);
    this.lengthMicros = Workload.micros(scenario.length());
    this.recorder = new Series.Recorder(lengthMicros, models.size(), operation.slots());
    this.startUp = slowest(models);
    this.brokenOffAt = lengthMicros * PATIENCE + DAY_MICROS;
    this.firstStart = new long[workload.size()];
    this.end = new long[workload.size()];
    this.attempts = new byte[workload.size()];
    Arrays.fill(firstStart, NOT_YET);
    Arrays.fill(end, NOT_YET);
  }

  Outcome run() {
    begin();
    while (ended < workload.size() || now < lengthMicros) {
      long nextArrival =
          arrived < workload.size() ? workload.arrivalMicros(arrived) : EventQueue.NEVER;
      long next = Math.min(nextArrival, events.nextAt());
      if (ended == workload.size()) {
        next = Math.min(next, lengthMicros);
      }
      if (next > brokenOffAt) {
        advance(Math.min(next, brokenOffAt));
        break;
      }
      advance(next);
      if (next == nextArrival) {
        arrive();
      } else if (next == events.nextAt()) {
        handle(events.poll());
      }
    }
    advance(Math.max(now, lengthMicros));
    pool.endAll(now);
    return outcome();
  }

  private void begin() {
    switch (operation) {
      case Scaled scaled -> {
        present(scaled.begin());
        look(scaled.settings());
      }
      case OwnTask task -> {
        present(task.warm());
        topUp(task);
      }
      case Loop loop -> {
        present(loop.workers());
        events.add(0, Kind.ROUND, null, 0, 0);
      }
    }
  }

  private void present(int workers) {
    for (Placement placement : new MixRule(operation.mix(), Map.of()).launches(workers, Set.of())) {
      pool.begin(now, placement.capacityClass());
    }
  }

  private void advance(long to) {
    recorder.until(
        to, pool.readyByClass(), pool.startingTotal(), running, waiting.count() + nextRound.size());
    int working = pool.presentTotal() - pool.startingTotal() + pool.drainingTotal();
    workerSeconds += working * Workload.seconds(to - now);
    now = to;
  }

  private void arrive() {
    int job = arrived++;
    arrivedSinceLook++;
    if (operation instanceof Loop) {
      nextRound.addLast(job);
      return;
    }
    waiting.add(job);
    dispatch();
  }

  private void handle(Event event) {
    SimulatedWorker worker = event.worker;
    switch (event.kind) {
      case LOOK -> {
        if (operation instanceof Scaled scaled) {
          look(scaled.settings());
        }
      }
      case STARTED -> {
        pool.started(of(worker));
        dispatch();
      }
      case START_FAILED -> {
        pool.startFailed(of(worker));
        dispatch();
      }
      case JOB_ENDED -> {
        if (of(worker).tokens[event.number] == event.token) {
          jobEnded(of(worker), event.number);
        }
      }
      case RETRY -> {
        waiting.add(event.number);
        dispatch();
      }
      case RECLAIM_NOTICE -> {
        pool.notice(now, of(worker));
        dispatch();
      }
      case RECLAIMED -> reclaimed(of(worker));
      case ROUND -> round();
    }
  }

  private void look(FleetSettings settings) {
    Instant instant = Instant.EPOCH.plus(now, ChronoUnit.MICROS);
    arrivalRate.add(arrivedSinceLook, Workload.time(now - lookedAt), together.meanSeconds());
    arrivedSinceLook = 0;
    lookedAt = now;
    Decision decision =
        Scaling.decide(instant, new Observed(pool.observe(), demand()), settings, memory);
    memory = decision.memory();
    decision.launches().forEach(placement -> pool.launch(now, placement.capacityClass()));
    decision.stops().forEach(stop -> pool.stop(now, stop.capacityClass(), stop.workers()));
    boolean changed = !decision.launches().isEmpty() || !decision.stops().isEmpty();
    if (changed && notes.size() < Outcome.MAX_NOTES) {
      notes.add(new Outcome.Note(Workload.seconds(now), decision.reason()));
    }
    long next = ChronoUnit.MICROS.between(Instant.EPOCH, decision.nextLook());
    events.add(Math.max(now + 1, next), Kind.LOOK, null, 0, 0);
  }

  private Demand demand() {
    Integer limit = scenario.limit();
    return new Demand(
        waiting.observe(now),
        running,
        limit == null ? null : (Long) Math.max(0L, limit - running),
        arrivalRate.perSecond(),
        together.meanSeconds(),
        together.squaredVariation(),
        startUp);
  }

  private void topUp(OwnTask task) {
    int launches =
        TaskPerJob.launches(
            Math.min(waiting.count(), room()),
            task.warm(),
            pool.idleTotal(),
            pool.startingTotal(),
            pool.presentTotal() + pool.drainingTotal(),
            task.max());
    if (launches > 0) {
      new MixRule(task.mix(), pool.present())
          .launches(launches, Set.of())
          .forEach(placement -> pool.launch(now, placement.capacityClass()));
    }
  }

  private int room() {
    Integer limit = scenario.limit();
    return limit == null ? Integer.MAX_VALUE : Math.max(0, limit - running);
  }

  private void dispatch() {
    SimulatedWorker worker;
    while (waiting.count() > 0 && room() > 0 && (worker = pool.free()) != null) {
      start(worker, waiting.poll());
    }
    if (operation instanceof OwnTask task) {
      topUp(task);
    }
  }

  private void start(SimulatedWorker worker, int job) {
    int slot = pool.take(worker, job);
    running++;
    if (firstStart[job] == NOT_YET) {
      firstStart[job] = now;
    }
    long run = Workload.micros(workload.runSeconds(job) / pool.speed(worker));
    events.add(now + run, Kind.JOB_ENDED, worker, slot, worker.tokens[slot]);
  }

  private void jobEnded(SimulatedWorker worker, int slot) {
    int job = pool.release(worker, slot);
    running--;
    double seconds = workload.runSeconds(job) / pool.speed(worker);
    runTimes[workload.kind(job)].add(seconds);
    together.add(seconds);
    JobKind kind = workload.kinds().get(workload.kind(job));
    attempts[job]++;
    boolean fails = workload.fails(job, attempts[job]);
    if (fails && attempts[job] < kind.attempts()) {
      events.add(now + Workload.micros(kind.retryAfter()), Kind.RETRY, null, job, 0);
    } else {
      ended++;
      failed += fails ? 1 : 0;
      end[job] = now;
      lastEnd = now;
    }
    if (operation instanceof OwnTask && worker.phase == Phase.READY) {
      pool.stop(now, worker);
    } else if (worker.phase == Phase.DRAINING && worker.busy == 0) {
      pool.end(now, worker);
    }
    dispatch();
    if (operation instanceof Loop loop) {
      rest(loop);
    }
  }

  /** Unfinished attempts go back to the head of their queue, and are no failures. */
  private void reclaimed(SimulatedWorker worker) {
    if (worker.phase != Phase.DRAINING) {
      return;
    }
    for (int slot = worker.jobs.length - 1; slot >= 0; slot--) {
      if (worker.jobs[slot] >= 0) {
        waiting.addFirst(pool.release(worker, slot));
        running--;
        attemptsLost++;
      }
    }
    pool.end(now, worker);
    dispatch();
  }

  private void round() {
    if (operation instanceof Loop loop) {
      inRound = true;
      while (nextRound.size() > 0) {
        waiting.add(nextRound.poll());
      }
      dispatch();
      rest(loop);
    }
  }

  private void rest(Loop loop) {
    if (inRound && running == 0 && waiting.count() == 0) {
      inRound = false;
      events.add(now + Workload.micros(loop.rest()), Kind.ROUND, null, 0, 0);
    }
  }

  private Outcome outcome() {
    int[] kindJobs = new int[workload.kinds().size()];
    for (int job = 0; job < arrived; job++) {
      kindJobs[workload.kind(job)]++;
    }
    long goal = Workload.micros(scenario.goal().within());
    int missed = 0;
    long[] waits = new long[arrived];
    long[] latencies = new long[ended];
    long[][] kindWaits = new long[kindJobs.length][];
    for (int kind = 0; kind < kindJobs.length; kind++) {
      kindWaits[kind] = new long[kindJobs[kind]];
    }
    int[] kindAt = new int[kindJobs.length];
    int latencyAt = 0;
    for (int job = 0; job < arrived; job++) {
      long arrival = workload.arrivalMicros(job);
      // One that never started has waited until now.
      long wait = (firstStart[job] == NOT_YET ? now : firstStart[job]) - arrival;
      waits[job] = wait;
      kindWaits[workload.kind(job)][kindAt[workload.kind(job)]++] = wait;
      missed += wait > goal ? 1 : 0;
      if (end[job] != NOT_YET) {
        latencies[latencyAt++] = end[job] - arrival;
      }
    }
    List<Outcome.KindWait> kinds = new ArrayList<>();
    for (int kind = 0; kind < kindJobs.length; kind++) {
      kinds.add(
          new Outcome.KindWait(
              workload.kinds().get(kind).name(),
              Quantiles.of(kindWaits[kind], kindWaits[kind].length)));
    }
    List<Outcome.ClassUse> classes = pool.use();
    return new Outcome(
        operation.name(),
        classes.stream().map(Outcome.ClassUse::cost).reduce(Money.ZERO, Money::plus),
        ended - failed,
        failed,
        workload.size() - ended,
        Quantiles.of(waits, waits.length),
        Quantiles.of(latencies, latencies.length),
        missed,
        pool.reclaimed(),
        attemptsLost,
        pool.failedStarts(),
        Workload.seconds(lastEnd),
        workerSeconds,
        pool.most(),
        classes,
        kinds,
        List.copyOf(notes),
        recorder.series(operation.mix().classes().stream().map(Object::toString).toList()));
  }

  private Duration slowest(List<CapacityModel> models) {
    Duration slowest = Duration.ZERO;
    for (int i = 0; i < models.size(); i++) {
      Share share = operation.mix().shares().get(i);
      Duration time = models.get(i).startUpNinetieth();
      if ((share.weight() > 0 || share.base() > 0) && time.compareTo(slowest) > 0) {
        slowest = time;
      }
    }
    return slowest;
  }

  private static SimulatedWorker of(@Nullable SimulatedWorker worker) {
    if (worker == null) {
      throw new IllegalStateException("an event without its worker");
    }
    return worker;
  }
}
