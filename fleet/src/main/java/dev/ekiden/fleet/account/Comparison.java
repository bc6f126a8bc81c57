package dev.ekiden.fleet.account;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.RecordedRun;
import dev.ekiden.engine.Usage;
import dev.ekiden.fleet.cost.ModeComparison;
import dev.ekiden.fleet.cost.ModeComparison.ModeCost;
import dev.ekiden.fleet.cost.Run;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What recorded runs would have cost in other ways.
 *
 * @param from when the time begins that was compared: with the first run that was read
 * @param runs that were read
 * @param complete whether these are all runs of the time that was asked for
 */
public record Comparison(
    Instant from, Instant to, int runs, boolean complete, List<ModeCost> modes) {
  public Comparison {
    modes = List.copyOf(modes);
  }

  /**
   * Compares the newest runs of a time, at most {@link Usage#MAX_RUNS}. They run when they ran; so
   * resident workers are as many as the busiest second had work for.
   *
   * @param queue the only one, or null
   * @param definition the only one, or null
   * @throws dev.ekiden.engine.NotFoundException when there is no such queue or definition
   * @throws dev.ekiden.engine.InvalidRequestException when {@code from} is not before {@code to}
   */
  public static Comparison of(
      Engine engine,
      Instant from,
      Instant to,
      @Nullable String queue,
      @Nullable String definition,
      ModeComparison modes) {
    List<RecordedRun> read = engine.usage().runs(from, to, queue, definition, Usage.MAX_RUNS);
    Instant now = engine.clock().now();
    Instant until = to.isBefore(now) ? to : now;
    // A day of finished jobs is forgotten as a whole.
    Instant kept =
        now.minus(Duration.ofDays(engine.retention().policy().succeededDays()))
            .truncatedTo(ChronoUnit.DAYS);
    boolean complete = read.size() < Usage.MAX_RUNS && !from.isBefore(kept);
    Instant first = read.stream().map(RecordedRun::startedAt).min(Instant::compareTo).orElse(until);
    Instant later = first.isBefore(from) ? from : first;
    Instant begin = later.isBefore(until) ? later : until;
    List<Run> runs =
        read.stream().map(run -> new Run(after(begin, run.startedAt()), run.runTime())).toList();
    return new Comparison(
        begin, until, runs.size(), complete, modes.compare(runs, Duration.between(begin, until)));
  }

  private static Duration after(Instant begin, Instant time) {
    Duration at = Duration.between(begin, time);
    return at.isNegative() ? Duration.ZERO : at;
  }
}
