package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Workers;
import dev.ekiden.fleet.cost.Money;
import dev.ekiden.fleet.simulate.EventQueue.Kind;
import dev.ekiden.fleet.simulate.SimulatedWorker.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The workers of a simulation: they start, fail to, are reclaimed and stopped, and are billed. */
final class Pool {
  private final List<CapacityModel> models;
  private final Map<CapacityClass, Integer> numbers = new LinkedHashMap<>();
  private final int slots;
  private final EventQueue events;
  private final SplittableRandom random;

  private final int[] ready;
  private final int[] idle;
  private final int[] starting;
  private final int[] draining;
  private final int[] startedSince;
  private final int[] failedSince;
  private final int[] started;
  private final long[] billedMillis;
  private final List<SequencedSet<SimulatedWorker>> alive = new ArrayList<>();
  private final Deque<SimulatedWorker> free = new ArrayDeque<>();
  private int readyTotal;
  private int startingTotal;
  private int drainingTotal;
  private int most;
  private int reclaimed;
  private int failedStarts;

  Pool(List<CapacityModel> models, int slots, EventQueue events, SplittableRandom random) {
    this.models = models;
    this.slots = slots;
    this.events = events;
    this.random = random;
    int count = models.size();
    ready = new int[count];
    idle = new int[count];
    starting = new int[count];
    draining = new int[count];
    startedSince = new int[count];
    failedSince = new int[count];
    started = new int[count];
    billedMillis = new long[count];
    for (CapacityModel model : models) {
      numbers.put(model.capacityClass(), numbers.size());
      alive.add(new LinkedHashSet<>());
    }
  }

  /** Asks for a worker. */
  void launch(long now, CapacityClass capacityClass) {
    int number = number(capacityClass);
    CapacityModel model = models.get(number);
    double factor = 1 + model.spread() * (2 * random.nextDouble() - 1);
    double total = seconds(model.startUp().total()) * factor;
    starting[number]++;
    startingTotal++;
    if (random.nextDouble() < model.failedStarts()) {
      long placed = now + Workload.micros(seconds(model.startUp().placing()) * factor);
      events.add(placed, Kind.START_FAILED, worker(number, placed), 0, 0);
      return;
    }
    double unbilled = total - seconds(model.startUp().billed(model.price().from())) * factor;
    SimulatedWorker worker = worker(number, now + Workload.micros(unbilled));
    events.add(now + Workload.micros(total), Kind.STARTED, worker, 0, 0);
    reclaimLater(now, worker);
  }

  /** Has a worker there at once. */
  void begin(long now, CapacityClass capacityClass) {
    int number = number(capacityClass);
    starting[number]++;
    startingTotal++;
    SimulatedWorker worker = worker(number, now);
    started(worker);
    startedSince[number] = 0;
    reclaimLater(now, worker);
  }

  /** A worker is there, unless it was taken away on its way. */
  void started(SimulatedWorker worker) {
    if (worker.phase != Phase.STARTING) {
      return;
    }
    int number = worker.capacity;
    starting[number]--;
    startingTotal--;
    started[number]++;
    startedSince[number]++;
    worker.phase = Phase.READY;
    ready[number]++;
    idle[number]++;
    readyTotal++;
    most = Math.max(most, readyTotal);
    alive.get(number).add(worker);
    offer(worker);
  }

  /** From its request on a worker may be taken away at any time. */
  private void reclaimLater(long now, SimulatedWorker worker) {
    double perHour = models.get(worker.capacity).reclaimsPerHour();
    if (perHour > 0) {
      long after = Workload.micros(random.nextExponential() * 3_600 / perHour);
      events.add(now + after, Kind.RECLAIM_NOTICE, worker, 0, 0);
    }
  }

  void startFailed(SimulatedWorker worker) {
    worker.phase = Phase.ENDED;
    starting[worker.capacity]--;
    startingTotal--;
    failedSince[worker.capacity]++;
    failedStarts++;
  }

  /** A worker hears that it will be taken away: it takes nothing more. */
  void notice(long now, SimulatedWorker worker) {
    if (worker.phase == Phase.STARTING) {
      reclaimed++;
      worker.phase = Phase.ENDED;
      starting[worker.capacity]--;
      startingTotal--;
      if (worker.billedFrom <= now) {
        bill(now, worker);
      }
      return;
    }
    if (worker.phase != Phase.READY) {
      return;
    }
    reclaimed++;
    drain(worker);
    if (worker.busy == 0) {
      end(now, worker);
      return;
    }
    events.add(
        now + Workload.micros(models.get(worker.capacity).notice()), Kind.RECLAIMED, worker, 0, 0);
  }

  /** Stops idle workers, those that came last. */
  void stop(long now, CapacityClass capacityClass, int count) {
    List<SimulatedWorker> chosen = new ArrayList<>(count);
    for (SimulatedWorker worker : alive.get(number(capacityClass)).reversed()) {
      if (chosen.size() == count) {
        break;
      }
      if (worker.phase == Phase.READY && worker.busy == 0) {
        chosen.add(worker);
      }
    }
    chosen.forEach(worker -> stop(now, worker));
  }

  /** Stops an idle worker. */
  void stop(long now, SimulatedWorker worker) {
    drain(worker);
    end(now, worker);
  }

  /** A worker is gone; its bill is closed. */
  void end(long now, SimulatedWorker worker) {
    if (worker.phase == Phase.ENDED) {
      return;
    }
    worker.phase = Phase.ENDED;
    draining[worker.capacity]--;
    drainingTotal--;
    alive.get(worker.capacity).remove(worker);
    bill(now, worker);
  }

  /** Closes the bills of all that are left. */
  void endAll(long now) {
    for (Set<SimulatedWorker> workers : alive) {
      for (SimulatedWorker worker : List.copyOf(workers)) {
        bill(now, worker);
      }
      workers.clear();
    }
  }

  /** A worker with a free slot, the one that has been free for longest. */
  @Nullable SimulatedWorker free() {
    SimulatedWorker worker;
    while ((worker = free.peekFirst()) != null) {
      if (worker.isFree()) {
        return worker;
      }
      worker.offered = false;
      free.pollFirst();
    }
    return null;
  }

  /** The free worker took a job. */
  int take(SimulatedWorker worker, int job) {
    if (worker.busy == 0) {
      idle[worker.capacity]--;
    }
    int slot = worker.take(job);
    free.pollFirst();
    worker.offered = false;
    offer(worker);
    return slot;
  }

  /** A worker let go of a job. */
  int release(SimulatedWorker worker, int slot) {
    int job = worker.release(slot);
    if (worker.phase == Phase.READY) {
      if (worker.busy == 0) {
        idle[worker.capacity]++;
      }
      offer(worker);
    }
    return job;
  }

  /** The workers by class, and forgets what happened since the last time. */
  Map<CapacityClass, Workers> observe() {
    Map<CapacityClass, Workers> workers = new LinkedHashMap<>();
    numbers.forEach((capacityClass, number) -> {
      workers.put(
          capacityClass,
          new Workers(
              ready[number],
              idle[number],
              starting[number],
              draining[number],
              startedSince[number],
              failedSince[number]));
      startedSince[number] = 0;
      failedSince[number] = 0;
    });
    return workers;
  }

  /** All alive or on their way, by class. */
  Map<CapacityClass, Integer> present() {
    Map<CapacityClass, Integer> present = new LinkedHashMap<>();
    numbers.forEach(
        (capacityClass, number) -> present.put(capacityClass, ready[number] + starting[number]));
    return present;
  }

  double speed(SimulatedWorker worker) {
    return models.get(worker.capacity).speed();
  }

  int[] readyByClass() {
    return ready;
  }

  int idleTotal() {
    int sum = 0;
    for (int count : idle) {
      sum += count;
    }
    return sum;
  }

  int startingTotal() {
    return startingTotal;
  }

  int presentTotal() {
    return readyTotal + startingTotal;
  }

  int drainingTotal() {
    return drainingTotal;
  }

  int most() {
    return most;
  }

  int reclaimed() {
    return reclaimed;
  }

  int failedStarts() {
    return failedStarts;
  }

  List<Outcome.ClassUse> use() {
    List<Outcome.ClassUse> use = new ArrayList<>();
    for (int number = 0; number < models.size(); number++) {
      CapacityModel model = models.get(number);
      Money cost = model.price().cost(model.size(), billedMillis[number], started[number]);
      use.add(
          new Outcome.ClassUse(
              model.capacityClass().name(), started[number], billedMillis[number] / 1_000.0, cost));
    }
    return use;
  }

  private void drain(SimulatedWorker worker) {
    if (worker.busy == 0) {
      idle[worker.capacity]--;
    }
    worker.phase = Phase.DRAINING;
    ready[worker.capacity]--;
    readyTotal--;
    draining[worker.capacity]++;
    drainingTotal++;
  }

  private void bill(long now, SimulatedWorker worker) {
    long used = Math.ceilDiv(now - worker.billedFrom, 1_000);
    billedMillis[worker.capacity] += models.get(worker.capacity).price().billedMillis(used);
  }

  private void offer(SimulatedWorker worker) {
    if (!worker.offered && worker.isFree()) {
      worker.offered = true;
      free.addLast(worker);
    }
  }

  private SimulatedWorker worker(int number, long billedFrom) {
    return new SimulatedWorker(number, slots, billedFrom);
  }

  private int number(CapacityClass capacityClass) {
    Integer number = numbers.get(capacityClass);
    if (number == null) {
      throw new IllegalArgumentException("the scenario has no class " + capacityClass);
    }
    return number;
  }

  private static double seconds(java.time.Duration time) {
    return dev.ekiden.fleet.Times.seconds(time);
  }
}
