package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.cost.Money;
import java.util.List;

/**
 * How one operation ran the jobs of a scenario.
 *
 * @param succeeded jobs
 * @param failed jobs that used up their attempts
 * @param unfinished jobs that had not ended when the simulation was broken off
 * @param waits from arrival to the first start
 * @param latency from arrival to the end
 * @param missed jobs that started later than the goal
 * @param reclaimed workers taken away
 * @param attemptsLost with them
 * @param failedStarts workers that could not be placed
 * @param endSeconds when the last job ended
 * @param workerSeconds that workers were ready
 * @param workersMost at one moment
 * @param classes what each class was used for
 * @param kinds the waits of each kind of jobs
 * @param notes what was decided and why, the first {@value #MAX_NOTES}
 */
public record Outcome(
    String name,
    Money cost,
    int succeeded,
    int failed,
    int unfinished,
    Quantiles waits,
    Quantiles latency,
    int missed,
    int reclaimed,
    int attemptsLost,
    int failedStarts,
    double endSeconds,
    double workerSeconds,
    int workersMost,
    List<ClassUse> classes,
    List<KindWait> kinds,
    List<Note> notes,
    Series series) {
  /** Most decisions that are kept. */
  public static final int MAX_NOTES = 1_000;

  /** What was started of a class and what it cost. */
  public record ClassUse(String name, int started, double billedSeconds, Money cost) {}

  /** How long jobs of a kind waited. */
  public record KindWait(String name, Quantiles waits) {}

  /** A decision that started or stopped workers. */
  public record Note(double atSeconds, String reason) {}

  /** All jobs. */
  public int jobs() {
    return succeeded + failed + unfinished;
  }

  /** The part of the jobs that started later than the goal. */
  public double missedShare() {
    return jobs() == 0 ? 0 : missed / (double) jobs();
  }

  /** How long jobs of a kind waited. */
  public Quantiles waits(String kind) {
    return kinds.stream()
        .filter(found -> found.name().equals(kind))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no jobs are named " + kind))
        .waits();
  }

  /** A measure, times in seconds and cost in dollars. */
  public double value(Claim.Measure measure) {
    return switch (measure) {
      case WAIT_MEAN -> waits.mean();
      case WAIT_P50 -> waits.p50();
      case WAIT_P95 -> waits.p95();
      case WAIT_P99 -> waits.p99();
      case LATENCY_MEAN -> latency.mean();
      case LATENCY_P50 -> latency.p50();
      case LATENCY_P95 -> latency.p95();
      case LAST_END -> endSeconds;
      case COST -> cost.dollars().doubleValue();
      case WORKER_SECONDS -> workerSeconds;
      case WORKERS_MEAN -> endSeconds == 0 ? 0 : workerSeconds / endSeconds;
      case WORKERS_MOST -> workersMost;
      case MISSED_SHARE -> missedShare();
    };
  }
}
