package dev.ekiden.fleet.control;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.History;
import dev.ekiden.engine.HistoryPoint;
import dev.ekiden.engine.QueueDemand;
import dev.ekiden.engine.QueueDemand.Level;
import dev.ekiden.fleet.ArrivalRate;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Demand.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the queues of one fleet ask of it. Arrivals are counted by the engine's history, which
 * has all processes' jobs wherever they ran in the end, and smoothed as in the simulator. Used by
 * one thread.
 */
final class DemandReader {
  /** As often as the history is written. */
  private static final Duration LOOK_AT_HISTORY = Duration.ofSeconds(2);

  /** How far back arrivals count when a leader begins. */
  private static final Duration LOOK_BACK = Duration.ofMinutes(10);

  /** Priority of claimed jobs that have not started, which do not tell theirs. */
  private static final int CLAIMED_PRIORITY = 5;

  /** Run time of jobs of which none has ended yet. */
  private static final double UNKNOWN_SECONDS = 1;

  private final Engine engine;
  private final ArrivalRate rate = new ArrivalRate();
  private Map<Instant, Long> counted = Map.of();
  private @Nullable Instant lookedAt;
  private long lookedNanos;

  DemandReader(Engine engine) {
    this.engine = engine;
  }

  /**
   * The demand now.
   *
   * @param startUp of a worker of the fleet
   */
  Demand read(Collection<String> queues, Duration startUp) {
    Demand demand = of(engine.queues().demand(queues)).withStartUp(startUp);
    count(queues, demand.meanSeconds());
    return demand.withArrivals(rate.perSecond(), demand.meanSeconds(), demand.squaredVariation());
  }

  /** The demands of several queues as one, but for what only a series of looks can tell. */
  static Demand of(List<QueueDemand> queues) {
    RunTimesOfAll times = RunTimesOfAll.of(queues);
    SortedMap<Integer, Waiting> waiting = new TreeMap<>();
    long claimed = 0;
    long running = 0;
    boolean limited = queues.stream().anyMatch(queue -> queue.room() != null);
    long room = 0;
    for (QueueDemand queue : queues) {
      double mean = queue.runTimes() == null ? times.mean() : queue.runTimes().meanSeconds();
      for (Level level : queue.waiting()) {
        add(waiting, level.priority(), level.jobs(), level.oldest(), level.jobs() * mean);
      }
      claimed += queue.prefetched();
      running += queue.started();
      Long ofQueue = queue.room();
      room += ofQueue == null ? queue.waitingJobs() : Math.min(ofQueue, queue.waitingJobs());
    }
    if (claimed > 0) {
      add(waiting, CLAIMED_PRIORITY, claimed, Duration.ZERO, claimed * times.mean());
      room += claimed;
    }
    return new Demand(
        List.copyOf(waiting.values()),
        (int) Math.min(running, Integer.MAX_VALUE),
        limited ? room : null,
        0,
        times.mean(),
        times.squaredVariation(),
        Duration.ZERO);
  }

  private static void add(
      SortedMap<Integer, Waiting> waiting, int priority, long jobs, Duration oldest, double work) {
    Duration age = oldest.isNegative() ? Duration.ZERO : oldest;
    waiting.merge(
        priority,
        new Waiting(priority, jobs, age, work),
        (one, other) ->
            new Waiting(
                priority,
                one.jobs() + other.jobs(),
                one.oldestAge().compareTo(other.oldestAge()) > 0
                    ? one.oldestAge()
                    : other.oldestAge(),
                one.workSeconds() + other.workSeconds()));
  }

  private void count(Collection<String> queues, double meanSeconds) {
    long nanos = System.nanoTime();
    if (lookedAt != null && nanos - lookedNanos < LOOK_AT_HISTORY.toNanos()) {
      return;
    }
    Instant now = engine.clock().now();
    Instant from = now.minus(lookedAt == null ? LOOK_BACK : Duration.ofMinutes(2));
    Map<Instant, Long> counts = enqueued(engine.history().read(from, now, null), queues);
    if (lookedAt == null) {
      begin(counts, now, meanSeconds);
    } else {
      long arrivals = 0;
      for (Map.Entry<Instant, Long> step : counts.entrySet()) {
        arrivals += Math.max(0, step.getValue() - counted.getOrDefault(step.getKey(), 0L));
      }
      rate.add(arrivals, Duration.ofNanos(nanos - lookedNanos), meanSeconds);
    }
    counted = counts;
    lookedAt = now;
    lookedNanos = nanos;
  }

  private void begin(Map<Instant, Long> counts, Instant now, double meanSeconds) {
    counts.keySet().stream()
        .min(Instant::compareTo)
        .ifPresent(first -> {
          long arrivals = counts.values().stream().mapToLong(Long::longValue).sum();
          Duration elapsed = Duration.between(first, now);
          rate.add(arrivals, elapsed.isPositive() ? elapsed : Duration.ofSeconds(1), meanSeconds);
        });
  }

  private static Map<Instant, Long> enqueued(History.Piece piece, Collection<String> queues) {
    Map<Instant, Long> counts = new HashMap<>();
    piece
        .queues()
        .forEach((queue, points) -> {
          if (queues.contains(queue)) {
            for (HistoryPoint point : points) {
              counts.merge(point.at(), point.enqueued(), Long::sum);
            }
          }
        });
    return counts;
  }

  /** Run times over several queues, weighted by the jobs that wait, or alike if none does. */
  private record RunTimesOfAll(double mean, double squaredVariation) {
    static RunTimesOfAll of(List<QueueDemand> queues) {
      boolean anyWaits = queues.stream().anyMatch(queue -> queue.waitingJobs() > 0);
      double weights = 0;
      double mean = 0;
      double square = 0;
      for (QueueDemand queue : queues) {
        QueueDemand.RunTimes times = queue.runTimes();
        double weight = anyWaits ? queue.waitingJobs() : 1;
        if (times != null && weight > 0) {
          weights += weight;
          mean += weight * times.meanSeconds();
          square +=
              weight * times.meanSeconds() * times.meanSeconds() * (1 + times.squaredVariation());
        }
      }
      if (weights == 0) {
        return new RunTimesOfAll(UNKNOWN_SECONDS, 1);
      }
      mean = Math.min(mean / weights, Demand.MAX_SECONDS);
      double variation = mean == 0 ? 0 : Math.max(0, square / weights / (mean * mean) - 1);
      return new RunTimesOfAll(mean, Math.min(variation, 1e6));
    }
  }
}
