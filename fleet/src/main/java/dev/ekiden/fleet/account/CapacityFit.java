package dev.ekiden.fleet.account;

import dev.ekiden.fleet.control.TaskEnding;
import dev.ekiden.fleet.simulate.CapacityModel;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How capacity of a class behaved, as the simulator takes it.
 *
 * @param starts workers that it is learnt from
 * @param placing from asking until the launcher had the task, on average
 * @param image from there until the program began
 * @param program from there until it took jobs
 * @param spread so that nine in ten start-ups are at most as long as nine in ten were
 * @param reclaimsPerHour of the time from asking for a worker to its end
 * @param failedStarts the part of the starts that failed: neither workers nor reclaimed
 */
record CapacityFit(
    int starts,
    Duration placing,
    Duration image,
    Duration program,
    double spread,
    double reclaimsPerHour,
    double failedStarts) {
  private static final double NINETIETH = 0.9;

  /** The 90th percentile of the simulator's start-ups is at 1 + this part of the spread. */
  private static final double NINETIETH_OF_SPREAD = 0.8;

  private static final double SECONDS_PER_HOUR = 3_600;

  static CapacityFit of(List<TaskTime> tasks, Instant now) {
    List<TaskTime> started = tasks.stream().filter(task -> task.readyAt() != null).toList();
    double placing = 0;
    double image = 0;
    double program = 0;
    double exposed =
        tasks.stream().mapToDouble(task -> seconds(task.askedAt(), end(task, now))).sum();
    double[] startUps = new double[started.size()];
    for (int i = 0; i < startUps.length; i++) {
      TaskTime task = started.get(i);
      Instant ready = or(task.readyAt(), now);
      Instant launched = earlier(or(task.launchedAt(), ready), ready);
      Instant begun = earlier(or(task.startedAt(), launched), ready);
      placing += seconds(task.askedAt(), launched);
      image += seconds(launched, begun);
      program += seconds(launched.isAfter(begun) ? launched : begun, ready);
      startUps[i] = seconds(task.askedAt(), ready);
    }
    long reclaimed = tasks.stream().filter(task -> task.reclaimedAt() != null).count();
    long failed = tasks.stream().filter(task -> task.ending() == TaskEnding.NOT_STARTED).count();
    int count = Math.max(1, startUps.length);
    return new CapacityFit(
        startUps.length,
        duration(placing / count),
        duration(image / count),
        duration(program / count),
        spread(startUps),
        exposed == 0
            ? 0
            : Math.min(
                CapacityModel.MAX_RECLAIMS_PER_HOUR, reclaimed / (exposed / SECONDS_PER_HOUR)),
        failed == 0 ? 0 : failed / (double) (failed + startUps.length));
  }

  private static double spread(double[] startUps) {
    double mean = Arrays.stream(startUps).average().orElse(0);
    if (mean <= 0) {
      return 0;
    }
    double[] sorted = startUps.clone();
    Arrays.sort(sorted);
    double ninetieth = sorted[(int) Math.ceil(NINETIETH * sorted.length) - 1];
    return Math.clamp((ninetieth / mean - 1) / NINETIETH_OF_SPREAD, 0, 1);
  }

  /** Until when a task could be taken away: the notice, or the end. */
  private static Instant end(TaskTime task, Instant now) {
    return or(task.reclaimedAt(), or(task.endedAt(), now));
  }

  private static Instant or(@Nullable Instant time, Instant otherwise) {
    return time == null ? otherwise : time;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static double seconds(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toNanos() / 1e9);
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e6) * 1_000);
  }
}
