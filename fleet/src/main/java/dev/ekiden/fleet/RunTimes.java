package dev.ekiden.fleet;

/**
 * Estimates how long jobs run from those that ran: mean and variance, of all of them at first and
 * later weighted towards the last ten thousand. Not thread-safe.
 */
public final class RunTimes {
  /** Weight of the newest run in the long run. */
  public static final double LEAST_WEIGHT = 0.000_1;

  private double mean;
  private double variance;
  private double runs;

  /**
   * @param mean in seconds, before anything was seen
   * @param squaredVariation variance ÷ mean²
   * @param runs how many runs that is worth, 1 and up
   */
  public RunTimes(double mean, double squaredVariation, double runs) {
    this.mean = mean;
    this.variance = squaredVariation * mean * mean;
    this.runs = runs;
  }

  /** Takes note of a run. */
  public void add(double seconds) {
    runs++;
    double part = Math.max(LEAST_WEIGHT, 1 / runs);
    double difference = seconds - mean;
    mean += part * difference;
    variance = (1 - part) * (variance + part * difference * difference);
  }

  public double meanSeconds() {
    return mean;
  }

  public double squaredVariation() {
    return mean == 0 ? 0 : variance / (mean * mean);
  }
}
