package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.Checks;
import org.jspecify.annotations.Nullable;

/**
 * A told figure that a scenario reproduces.
 *
 * @param told what was told
 * @param assumes under which assumptions, and in which range of them, it holds here
 * @param measure what is looked at
 * @param of which operation
 * @param kind which jobs, null for all; only waits are known of one kind
 * @param against an operation that it is divided by, null for the plain value
 * @param from lowest value that counts as reproduced; times in seconds
 * @param to highest
 */
public record Claim(
    String told,
    String assumes,
    Measure measure,
    String of,
    @Nullable String kind,
    @Nullable String against,
    double from,
    double to) {

  /** What a claim may look at. */
  public enum Measure {
    /** From arrival to the first start. */
    WAIT_MEAN,
    WAIT_P50,
    WAIT_P95,
    WAIT_P99,
    /** From arrival to the end. */
    LATENCY_MEAN,
    LATENCY_P50,
    LATENCY_P95,
    /** When the last job ended. */
    LAST_END,
    COST,
    WORKER_SECONDS,
    WORKERS_MEAN,
    WORKERS_MOST,
    /** The part of the jobs that started later than the goal. */
    MISSED_SHARE
  }

  public Claim {
    if (kind != null && !measure.name().startsWith("WAIT_")) {
      throw Checks.refuse(
          "measure",
          "wait-mean, wait-p50, wait-p95 or wait-p99 for one kind of jobs",
          measure.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
    }
  }

  /** A claim and what came out. */
  public record Result(Claim claim, double value) {
    public boolean met() {
      return value >= claim.from() && value <= claim.to();
    }
  }

  /** What came out. */
  Result result(Report report) {
    double value = value(report.of(of));
    String other = against;
    return new Result(this, other == null ? value : value / value(report.of(other)));
  }

  private double value(Outcome outcome) {
    String jobs = kind;
    if (jobs == null) {
      return outcome.value(measure);
    }
    Quantiles waits = outcome.waits(jobs);
    return switch (measure) {
      case WAIT_MEAN -> waits.mean();
      case WAIT_P50 -> waits.p50();
      case WAIT_P95 -> waits.p95();
      case WAIT_P99 -> waits.p99();
      case LATENCY_MEAN,
          LATENCY_P50,
          LATENCY_P95,
          LAST_END,
          COST,
          WORKER_SECONDS,
          WORKERS_MEAN,
          WORKERS_MOST,
          MISSED_SHARE ->
          throw new IllegalArgumentException("only waits are known of one kind of jobs");
    };
  }
}
