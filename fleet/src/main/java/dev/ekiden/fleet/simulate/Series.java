package dev.ekiden.fleet.simulate;

import java.util.Arrays;
import java.util.List;

/**
 * How a simulated fleet was over time, as means over steps of equal length.
 *
 * @param stepSeconds length of a step
 * @param ready workers that took jobs, by class and step
 * @param starting workers on their way, by step
 * @param demand workers that the running and waiting jobs would fill, by step
 * @param waiting jobs that waited, by step
 */
public record Series(
    double stepSeconds,
    List<String> classes,
    double[][] ready,
    double[] starting,
    double[] demand,
    double[] waiting) {

  public int steps() {
    return starting.length;
  }

  /** Collects a series; told of each change before it happens. */
  static final class Recorder {
    /** Steps of the time in which jobs arrive. */
    private static final int STEPS = 480;

    /** Most steps of a simulation that goes on after the last arrival. */
    private static final int MAX_STEPS = 24_000;

    private final long stepMicros;
    private final int slots;
    private final double[][] ready;
    private double[][] rows;
    private long noted;
    private int last;

    Recorder(long lengthMicros, int classes, int slots) {
      this.stepMicros = Math.max(1, Math.ceilDiv(lengthMicros, STEPS));
      this.slots = slots;
      this.ready = new double[classes][STEPS + 1];
      this.rows = new double[3][STEPS + 1];
    }

    /** Until now it was so. */
    void until(long now, int[] readyNow, int starting, long running, long waiting) {
      while (noted < now) {
        int step = (int) Math.min(MAX_STEPS - 1, noted / stepMicros);
        long end = step == MAX_STEPS - 1 ? now : Math.min(now, (step + 1L) * stepMicros);
        grow(step);
        double part = (end - noted) / (double) stepMicros;
        for (int i = 0; i < ready.length; i++) {
          ready[i][step] += readyNow[i] * part;
        }
        rows[0][step] += starting * part;
        rows[1][step] += Math.ceilDiv(running + waiting, slots) * part;
        rows[2][step] += waiting * part;
        last = step;
        noted = end;
      }
    }

    Series series(List<String> classes) {
      int steps = last + 1;
      double[][] cut =
          Arrays.stream(ready).map(row -> Arrays.copyOf(row, steps)).toArray(double[][]::new);
      return new Series(
          stepMicros / 1e6,
          classes,
          cut,
          Arrays.copyOf(rows[0], steps),
          Arrays.copyOf(rows[1], steps),
          Arrays.copyOf(rows[2], steps));
    }

    private void grow(int step) {
      if (step < rows[0].length) {
        return;
      }
      int length = Math.min(MAX_STEPS, step * 2);
      for (int i = 0; i < ready.length; i++) {
        ready[i] = Arrays.copyOf(ready[i], length);
      }
      for (int i = 0; i < rows.length; i++) {
        rows[i] = Arrays.copyOf(rows[i], length);
      }
    }
  }
}
