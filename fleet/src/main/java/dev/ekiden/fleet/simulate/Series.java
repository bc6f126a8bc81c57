package dev.ekiden.fleet.simulate;

import java.util.Arrays;
import java.util.List;

/**
 * How a simulated fleet was over time, as means over steps of equal length. Not changed once made.
 */
public final class Series {
  private final double stepSeconds;
  private final List<String> classes;
  private final double[][] ready;
  private final double[] starting;
  private final double[] demand;
  private final double[] waiting;

  private Series(
      double stepSeconds,
      List<String> classes,
      double[][] ready,
      double[] starting,
      double[] demand,
      double[] waiting) {
    this.stepSeconds = stepSeconds;
    this.classes = List.copyOf(classes);
    this.ready = ready;
    this.starting = starting;
    this.demand = demand;
    this.waiting = waiting;
  }

  /** The length of a step. */
  public double stepSeconds() {
    return stepSeconds;
  }

  public List<String> classes() {
    return classes;
  }

  /** Workers of a class that took jobs, by step. */
  public double[] ready(String name) {
    return ready[classes.indexOf(name)].clone();
  }

  /** Workers on their way, by step. */
  public double[] starting() {
    return starting.clone();
  }

  /** Workers that the running and waiting jobs would fill, by step. */
  public double[] demand() {
    return demand.clone();
  }

  /** Jobs that waited, by step. */
  public double[] waiting() {
    return waiting.clone();
  }

  public int steps() {
    return starting.length;
  }

  /**
   * Collects a series; told of each change before it happens. A simulation that goes on after the
   * last arrival gets longer steps, never many more.
   */
  static final class Recorder {
    /** Steps of the time in which jobs arrive. */
    private static final int STEPS = 480;

    private static final int MOST_STEPS = 2 * STEPS;
    private static final int STARTING = 0;
    private static final int DEMAND = 1;
    private static final int WAITING = 2;
    private static final int READY = 3;

    private final int slots;
    private final double[][] rows;
    private long stepMicros;
    private long noted;

    Recorder(long lengthMicros, int classes, int slots) {
      this.stepMicros = Math.max(1, Math.ceilDiv(lengthMicros, STEPS));
      this.slots = slots;
      this.rows = new double[READY + classes][MOST_STEPS];
    }

    /** Until now it was so. */
    void until(long now, int[] ready, int starting, long running, long waiting) {
      while (noted < now) {
        if (noted / stepMicros >= MOST_STEPS) {
          halve();
        }
        int step = (int) (noted / stepMicros);
        long end = Math.min(now, (step + 1L) * stepMicros);
        double part = (end - noted) / (double) stepMicros;
        rows[STARTING][step] += starting * part;
        rows[DEMAND][step] += Math.ceilDiv(running + waiting, slots) * part;
        rows[WAITING][step] += waiting * part;
        for (int i = 0; i < ready.length; i++) {
          rows[READY + i][step] += ready[i] * part;
        }
        noted = end;
      }
    }

    Series series(List<String> classes) {
      int steps = (int) Math.max(1, Math.ceilDiv(noted, stepMicros));
      double last = noted / (double) stepMicros - (steps - 1);
      double[][] cut = new double[rows.length][];
      for (int i = 0; i < rows.length; i++) {
        cut[i] = Arrays.copyOf(rows[i], steps);
        // The last step is not full, and a mean over what there is of it.
        cut[i][steps - 1] /= last > 0 ? last : 1;
      }
      return new Series(
          stepMicros / 1e6,
          classes,
          Arrays.copyOfRange(cut, READY, cut.length),
          cut[STARTING],
          cut[DEMAND],
          cut[WAITING]);
    }

    /** Two steps become one. */
    private void halve() {
      stepMicros *= 2;
      for (double[] row : rows) {
        for (int i = 0; i < MOST_STEPS / 2; i++) {
          row[i] = (row[2 * i] + row[2 * i + 1]) / 2;
        }
        Arrays.fill(row, MOST_STEPS / 2, MOST_STEPS, 0);
      }
    }
  }
}
