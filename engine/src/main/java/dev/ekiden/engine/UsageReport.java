package dev.ekiden.engine;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What attempts took of workers in some days. Times are whole nanoseconds, and the parts of a day
 * are those of its workers whatever they are grouped by: every grouping adds up to the same.
 *
 * @param from when the first day begins; at most a quarter of an hour before it was asked for
 * @param to when the last one ends
 * @param days when each day begins
 * @param parts what ran, for each day, name and worker; nothing where nothing ran
 * @param workers how long workers were there, for each day and worker
 */
public record UsageReport(
    Instant from, Instant to, List<Instant> days, List<Part> parts, List<WorkerTime> workers) {

  /**
   * What ran in a day on a worker.
   *
   * @param day its place in {@link #days}
   * @param name of the queue, definition or group; null for no group, and when grouped by worker
   * @param attempts that ended, and those that run if the report goes up to now
   * @param runNanos how long handlers ran
   * @param busyNanos how much of the worker's time that is: what a handler takes of its slots,
   *     where a job of 2 vCPUs takes two; handlers that together took more than there is share what
   *     there is, quarter of an hour by quarter of an hour
   */
  public record Part(
      int day,
      @Nullable String name,
      long workerId,
      long attempts,
      long runNanos,
      long busyNanos) {}

  /**
   * How long a worker was there on a day.
   *
   * @param day its place in {@link #days}
   * @param slots handlers that it runs at once
   * @param lifeNanos how long it has been there altogether, also before and after the report
   */
  public record WorkerTime(
      int day, long workerId, String name, int slots, long aliveNanos, long lifeNanos) {}

  public UsageReport {
    days = List.copyOf(days);
    parts = List.copyOf(parts);
    workers = List.copyOf(workers);
  }
}
