package dev.ekiden.fleet.cost;

import java.util.Arrays;
import java.util.List;

/** How many runs there were at once. */
final class Concurrency {
  private Concurrency() {}

  /** The most at one moment; a run that ends when another begins leaves its place to it. */
  static int peak(List<Run> runs) {
    long[] begins = runs.stream().mapToLong(run -> run.at().toMillis()).sorted().toArray();
    long[] ends = runs.stream().mapToLong(run -> run.at().plus(run.runTime()).toMillis()).toArray();
    Arrays.sort(ends);
    int peak = 0;
    int ended = 0;
    for (int begun = 0; begun < begins.length; begun++) {
      while (ended < begun && ends[ended] <= begins[begun]) {
        ended++;
      }
      peak = Math.max(peak, begun + 1 - ended);
    }
    return peak;
  }
}
