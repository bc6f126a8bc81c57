package dev.ekiden.engine;

import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Jobs a worker has claimed but not started, and how many more it should claim: no more than it
 * will start within about a second by measured run time. Guarded by the worker's lock.
 */
final class Backlog {
  /**
   * A claimed job in its place.
   *
   * @param rank lower starts first; equal ranks go by priority, then id
   */
  record Waiting(ClaimedJob job, double rank) {}

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
  private double averageRunNanos = -1;

  Backlog(int concurrency, int maxPrefetch) {
    this.concurrency = concurrency;
    this.maxPrefetch = maxPrefetch;
  }

  void add(ClaimedJob job, double rank) {
    waiting.add(new Waiting(job, rank));
  }

  int size() {
    return waiting.size();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
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
    return removed;
  }

  void forEach(Consumer<ClaimedJob> action) {
    waiting.forEach(entry -> action.accept(entry.job()));
  }

  /** Learns from a handler's call. */
  void ran(long nanos, int jobs) {
    double each = (double) Math.max(1, nanos) / jobs;
    averageRunNanos =
        averageRunNanos < 0 ? each : averageRunNanos + SMOOTHING * (each - averageRunNanos);
  }

  /** How many jobs to hold unstarted when every place is busy. */
  int prefetch() {
    if (averageRunNanos < 0) {
      return 0;
    }
    return (int) Math.min(maxPrefetch, concurrency * (HORIZON_NANOS / averageRunNanos));
  }
}
