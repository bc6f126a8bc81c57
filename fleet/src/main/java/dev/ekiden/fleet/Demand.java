package dev.ekiden.fleet;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet is asked to do, as observed. Demand is <em>intent</em>: jobs that found their place
 * elsewhere while the fleet was too small count in {@code arrivalsPerSecond} all the same, else the
 * fleet would shrink because it is too small.
 *
 * @param waiting jobs that a worker of this fleet could start now, by priority, the highest first;
 *     with those claimed and not started, without those that a pause, a key or a limit holds back
 * @param running jobs that run
 * @param room how many of the waiting jobs limits let run now, null without a limit. A limit parks
 *     jobs only when somebody tries to claim them, so while there is no worker all of them wait
 * @param arrivalsPerSecond of such jobs
 * @param meanSeconds how long such a job runs
 * @param squaredVariation variance of the run time ÷ square of its mean: 0 all alike, 1 exponential
 * @param startUp from asking for a worker until it starts jobs, 90th percentile
 */
public record Demand(
    List<Waiting> waiting,
    int running,
    @Nullable Long room,
    double arrivalsPerSecond,
    double meanSeconds,
    double squaredVariation,
    Duration startUp) {
  /** Longest run time that is reckoned with. */
  public static final double MAX_SECONDS = 1e8;

  /** No jobs at all. */
  public static final Demand NONE = new Demand(List.of(), 0, null, 0, 1, 1, Duration.ZERO);

  /**
   * Waiting jobs of one priority.
   *
   * @param oldestAge since when the oldest could have started
   * @param workSeconds how long they will run, all together
   */
  public record Waiting(int priority, long jobs, Duration oldestAge, double workSeconds) {
    public Waiting {
      Checks.range("waiting jobs", jobs, 0, Long.MAX_VALUE);
      Checks.range("age of the oldest", oldestAge, Duration.ZERO, Times.MAX);
      Checks.range("work", workSeconds, 0, Double.MAX_VALUE);
    }
  }

  public Demand {
    waiting =
        waiting.stream()
            .filter(level -> level.jobs() > 0)
            .sorted(Comparator.comparingInt(Waiting::priority).reversed())
            .toList();
    Checks.range("running", running, 0, Integer.MAX_VALUE);
    if (room != null) {
      Checks.range("room", room, 0, Long.MAX_VALUE);
    }
    Checks.range("arrivals per second", arrivalsPerSecond, 0, 1e9);
    Checks.range("mean seconds", meanSeconds, 0, MAX_SECONDS);
    Checks.range("squared variation", squaredVariation, 0, 1e6);
    Checks.range("start-up", startUp, Duration.ZERO, Times.MAX);
  }

  /** So many jobs of one priority that wait, each of so many seconds. */
  public static Demand waiting(long jobs, Duration oldestAge, double meanSeconds) {
    return new Demand(
        List.of(new Waiting(5, jobs, oldestAge, jobs * meanSeconds)),
        0,
        null,
        0,
        meanSeconds,
        1,
        Duration.ZERO);
  }

  public Demand withRunning(int jobs) {
    return new Demand(
        waiting, jobs, room, arrivalsPerSecond, meanSeconds, squaredVariation, startUp);
  }

  public Demand withRoom(long jobs) {
    return new Demand(
        waiting, running, jobs, arrivalsPerSecond, meanSeconds, squaredVariation, startUp);
  }

  public Demand withArrivals(double perSecond, double mean, double variation) {
    return new Demand(waiting, running, room, perSecond, mean, variation, startUp);
  }

  public Demand withStartUp(Duration time) {
    return new Demand(
        waiting, running, room, arrivalsPerSecond, meanSeconds, squaredVariation, time);
  }

  /** All that wait, whether limits let them run or not. */
  public long waitingJobs() {
    return waiting.stream().mapToLong(Waiting::jobs).sum();
  }

  /** Those that wait for nothing but a worker. */
  public long startable() {
    return room == null ? waitingJobs() : Math.min(room, waitingJobs());
  }

  /** Busy slots that the arrivals keep up in the long run: Little's law. */
  public double load() {
    return arrivalsPerSecond * meanSeconds;
  }
}
