package dev.ekiden.fleet;

import java.time.Duration;

/**
 * Estimates how many jobs arrive a second: an exponentially weighted mean of counts, over a window
 * that is long against the run time (else one long job would look like a load of many), drawn
 * towards zero until some tens of arrivals were seen. Not thread-safe.
 */
public final class ArrivalRate {
  /** Shortest window. */
  public static final double MIN_WINDOW_SECONDS = 60;

  /** The window in mean run times, if that is longer. */
  public static final double WINDOW_IN_RUN_TIMES = 4;

  /** Looks closer together than this are taken as so far apart. */
  private static final double LEAST_SECONDS = 0.001;

  /** So many arrivals seen count half. */
  private static final double DOUBT = 10;

  private double sum;
  private double weight;
  private double seen;

  /**
   * Takes note of the arrivals since the last call.
   *
   * @param elapsed since the last call
   * @param meanSeconds how long such jobs run
   */
  public void add(long arrivals, Duration elapsed, double meanSeconds) {
    double seconds = Math.max(LEAST_SECONDS, Times.seconds(elapsed));
    double window = Math.max(MIN_WINDOW_SECONDS, WINDOW_IN_RUN_TIMES * meanSeconds);
    double kept = Math.exp(-seconds / window);
    sum = sum * kept + arrivals / seconds * (1 - kept);
    weight = weight * kept + (1 - kept);
    seen += arrivals;
  }

  /** The estimate. */
  public double perSecond() {
    return weight == 0 ? 0 : sum / weight * seen / (seen + DOUBT);
  }
}
