package dev.ekiden.engine;

import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Jobs a worker has claimed but not started, and how many more of a queue it should claim: no more
 * than it will start within about a second by the measured run times of its queues. Guarded by the
 * worker's lock.
 */
final class Backlog {
  /**
   * A claimed job in its place.
   *
   * @param rank lower starts first; equal ranks go by priority, then id
   */
  record Waiting(ClaimedJob job, double rank) {}

  private record QueueKey(short queueId, String key) {}

  /** The jobs of one queue. */
  private static final class Load {
    private int held;
    private double averageRunNanos;
  }

  private static final long HORIZON_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Weight of a new measurement in the moving average of run time. */
  private static final double SMOOTHING = 0.2;

  private static final Comparator<Waiting> ORDER =
      Comparator.comparingDouble(Waiting::rank)
          .thenComparingInt(waiting -> -waiting.job().priority())
          .thenComparingLong(waiting -> waiting.job().id());

  private final int concurrency;
  private final int maxPrefetch;
  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(ORDER);

  /** Of each SERIAL key that waits or runs here: the jobs that were claimed after that one. */
  private final Map<QueueKey, Deque<Waiting>> behind = new HashMap<>();

  /** SERIAL keys whose last job here ended well since the last claim began. */
  private final Set<QueueKey> wentOn = new HashSet<>();

  /** SERIAL jobs that are given back, until that is stored. */
  private final Map<AttemptRef, QueueKey> goingBack = new HashMap<>();

  /**
   * Jobs of which one may be what ended the process of the worker that held them before. They wait
   * for one another, so that each of them meets such a one once only.
   */
  private final PriorityQueue<Waiting> suspects = new PriorityQueue<>(ORDER);

  /** The suspect whose turn it is, until its handler has returned. */
  private @Nullable AttemptRef admitted;

  /** The same while its start is not noted in the database yet, so that it must not start. */
  private @Nullable Waiting unnoted;

  /** By queue, for a job of one may take a thousand times as long as one of another. */
  private final Map<Short, Load> loads = new HashMap<>();

  private int size;

  Backlog(int concurrency, int maxPrefetch) {
    this.concurrency = concurrency;
    this.maxPrefetch = maxPrefetch;
  }

  void add(ClaimedJob job, double rank) {
    size++;
    load(job.queueId()).held++;
    Waiting added = new Waiting(job, rank);
    if (!job.isSerial()) {
      place(added);
      return;
    }
    Deque<Waiting> before = behind.get(key(job));
    if (before != null) {
      before.add(added);
    } else {
      behind.put(key(job), new ArrayDeque<>());
      place(added);
    }
  }

  /** Nothing before it keeps a job any more. */
  private void place(Waiting free) {
    (free.job().suspect() ? suspects : waiting).add(free);
  }

  /** A suspect whose turn has come, once: it may start when its start is {@link #noted}. */
  @Nullable ClaimedJob nextSuspect() {
    Waiting next = admitted == null ? suspects.poll() : null;
    if (next == null) {
      return null;
    }
    admitted = next.job().ref();
    unnoted = next;
    return next.job();
  }

  /** The database knows of the start of an attempt, so that its worker's death counts. */
  void noted(AttemptRef attempt) {
    Waiting next = unnoted;
    if (next != null && next.job().ref().equals(attempt)) {
      waiting.add(next);
      unnoted = null;
    }
  }

  /**
   * A handler has returned, or jobs have gone: if a suspect was among them, another's turn comes.
   */
  void returned(List<ClaimedJob> jobs) {
    if (admitted != null && jobs.stream().anyMatch(job -> job.ref().equals(admitted))) {
      admitted = null;
    }
  }

  /** The end of a SERIAL job is stored and its key goes on: the next one may start. */
  void goOn(ClaimedJob ended) {
    Deque<Waiting> chain = behind.get(key(ended));
    Waiting next = chain == null ? null : chain.poll();
    if (next == null) {
      behind.remove(key(ended));
      wentOn.add(key(ended));
    } else {
      place(next);
    }
  }

  /** Jobs are looked for in the database, from now on. */
  void claimBegins() {
    wentOn.clear();
  }

  /**
   * Whether a job must not be taken in, because one before it in its key is on its way back, or has
   * ended since the claim began and has to run again.
   */
  boolean isOutOfTurn(ClaimedJob job) {
    return job.isSerial()
        && (goingBack.containsValue(key(job))
            || (job.continues() && !behind.containsKey(key(job)) && !wentOn.contains(key(job))));
  }

  /** A job is on its way back to the database. */
  void goesBack(ClaimedJob job) {
    if (job.isSerial()) {
      goingBack.put(job.ref(), key(job));
    }
  }

  /** The database has a job back. */
  void wentBack(AttemptRef attempt) {
    goingBack.remove(attempt);
  }

  /** Others may have by now what goes back, and the keys that went on. */
  void leaseLost() {
    goingBack.clear();
    wentOn.clear();
  }

  /**
   * A SERIAL job ran in vain and its key waits for it: answers those behind it, to be given back.
   */
  List<ClaimedJob> breakChain(ClaimedJob ended) {
    wentOn.remove(key(ended));
    Deque<Waiting> chain = behind.remove(key(ended));
    if (chain == null) {
      return List.of();
    }
    List<ClaimedJob> jobs = chain.stream().map(Waiting::job).toList();
    jobs.forEach(this::gone);
    return jobs;
  }

  private static QueueKey key(ClaimedJob job) {
    return new QueueKey(job.queueId(), Objects.requireNonNull(job.key()));
  }

  int size() {
    return size;
  }

  /** Those that could start at once. */
  int startable() {
    return waiting.size();
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /** Takes the next job, and with it others of the same definition up to {@code maxBatch}. */
  List<Waiting> next(int maxBatch) {
    List<Waiting> batch = new ArrayList<>();
    List<Waiting> passedOver = new ArrayList<>();
    while (batch.size() < maxBatch && !waiting.isEmpty()) {
      Waiting candidate = waiting.remove();
      if (batch.isEmpty() || sameKind(batch.getFirst().job(), candidate.job())) {
        batch.add(candidate);
      } else {
        passedOver.add(candidate);
      }
    }
    waiting.addAll(passedOver);
    batch.forEach(started -> gone(started.job()));
    return batch;
  }

  private static boolean sameKind(ClaimedJob one, ClaimedJob other) {
    return one.definitionId() == other.definitionId() && one.queueId() == other.queueId();
  }

  /** The job that is next, without taking it. */
  @Nullable ClaimedJob head() {
    Waiting first = waiting.peek();
    return first == null ? null : first.job();
  }

  /** Takes out the jobs that match, to be given back. */
  List<ClaimedJob> remove(Predicate<ClaimedJob> which) {
    List<ClaimedJob> removed = new ArrayList<>();
    waiting.removeIf(entry -> which.test(entry.job()) && removed.add(entry.job()));
    suspects.removeIf(entry -> which.test(entry.job()) && removed.add(entry.job()));
    if (unnoted != null && which.test(unnoted.job())) {
      removed.add(unnoted.job());
      unnoted = null;
    }
    removed.forEach(this::gone);
    // What stands behind a job that goes must not overtake it.
    for (ClaimedJob job : List.copyOf(removed)) {
      if (job.isSerial()) {
        removed.addAll(breakChain(job));
      }
    }
    behind
        .values()
        .forEach(chain -> {
          boolean gone = false;
          for (Iterator<Waiting> jobs = chain.iterator(); jobs.hasNext(); ) {
            ClaimedJob job = jobs.next().job();
            gone |= which.test(job);
            if (gone) {
              jobs.remove();
              gone(job);
              removed.add(job);
            }
          }
        });
    returned(removed);
    return removed;
  }

  void forEach(Consumer<ClaimedJob> action) {
    waiting.forEach(entry -> action.accept(entry.job()));
    suspects.forEach(entry -> action.accept(entry.job()));
    if (unnoted != null) {
      action.accept(unnoted.job());
    }
    behind.values().forEach(chain -> chain.forEach(entry -> action.accept(entry.job())));
  }

  private void gone(ClaimedJob job) {
    size--;
    load(job.queueId()).held--;
  }

  private Load load(short queueId) {
    return loads.computeIfAbsent(queueId, id -> new Load());
  }

  /** Learns from a handler's call. */
  void ran(short queueId, long nanos, int jobs) {
    double each = (double) Math.max(1, nanos) / jobs;
    Load load = load(queueId);
    load.averageRunNanos =
        load.averageRunNanos == 0
            ? each
            : load.averageRunNanos + SMOOTHING * (each - load.averageRunNanos);
  }

  /** Whether it is known how long jobs of a queue run. */
  boolean knows(short queueId) {
    return load(queueId).averageRunNanos > 0;
  }

  /** How many jobs of a queue are held. */
  int held(short queueId) {
    return load(queueId).held;
  }

  /**
   * How many more jobs of a queue to hold unstarted when every place is busy; none while as much as
   * half of what may be held is left, for small refills cost as much as large ones.
   *
   * @param before lanes whose jobs may start before those of the queue; with its own
   */
  int ahead(short queueId, List<Lane> before) {
    double average = load(queueId).averageRunNanos;
    double horizon = (double) concurrency * HORIZON_NANOS;
    double nanos = 0;
    int jobs = 0;
    for (Lane lane : before) {
      Load load = load(lane.queueId());
      nanos += load.held * load.averageRunNanos;
      jobs += load.held;
    }
    if (average == 0 || nanos > horizon / 2 || jobs > maxPrefetch / 2) {
      return 0;
    }
    return (int) Math.min(maxPrefetch - jobs, (horizon - nanos) / average);
  }
}
