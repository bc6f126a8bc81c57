package dev.ekiden.engine;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a queue asks of the workers that serve it: what whoever starts workers needs to know.
 *
 * <p>It leaves out what no further worker could start: jobs of a paused queue and of held groups,
 * jobs parked behind keys, dependencies and limits that are full, and those that no worker of the
 * queue can run.
 *
 * @param waiting jobs that only wait for a worker, by priority, the highest first
 * @param prefetched jobs that workers have claimed and not started; they are not in {@code waiting}
 * @param started jobs that have been started and run
 * @param room how many of the waiting jobs limits let start now, null if no limit concerns them
 * @param runTimes how long such jobs ran lately, null if none has succeeded
 */
public record QueueDemand(
    String queue,
    List<Level> waiting,
    long prefetched,
    long started,
    @Nullable Long room,
    @Nullable RunTimes runTimes) {
  /**
   * Waiting jobs of one priority.
   *
   * @param oldest how long ago the oldest was enqueued; of the first {@link #EXACT} where more wait
   */
  public record Level(int priority, long jobs, Duration oldest) {}

  /**
   * Run times of the last jobs of each definition, weighted by how many of it wait, or alike if
   * none waits.
   *
   * @param meanSeconds of a job
   * @param squaredVariation variance ÷ square of the mean: 0 all alike, 1 exponential
   */
  public record RunTimes(double meanSeconds, double squaredVariation) {}

  /**
   * So many jobs of a priority are counted. Of what goes beyond, only the sum over all priorities
   * is exact; it is added to the lowest priority of which there is more.
   */
  public static final int EXACT = 10_000;

  public QueueDemand {
    waiting = List.copyOf(waiting);
  }

  /** Jobs of all priorities that only wait for a worker. */
  public long waitingJobs() {
    return waiting.stream().mapToLong(Level::jobs).sum();
  }
}
