package dev.ekiden.fleet.simulate;

import java.util.Arrays;

/**
 * How some times were distributed, in seconds; exact.
 *
 * @param jobs how many there were
 */
public record Quantiles(int jobs, double mean, double p50, double p95, double p99, double longest) {

  /** Of microseconds, which it sorts. */
  static Quantiles of(long[] micros, int count) {
    if (count == 0) {
      return new Quantiles(0, 0, 0, 0, 0, 0);
    }
    Arrays.sort(micros, 0, count);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += micros[i];
    }
    return new Quantiles(
        count,
        sum / count / 1e6,
        at(micros, count, 0.5),
        at(micros, count, 0.95),
        at(micros, count, 0.99),
        micros[count - 1] / 1e6);
  }

  /** The smallest that at least the part of all is not above. */
  private static double at(long[] sorted, int count, double part) {
    return sorted[(int) Math.max(0, Math.ceil(part * count) - 1)] / 1e6;
  }
}
