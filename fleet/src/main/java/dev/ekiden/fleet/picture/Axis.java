package dev.ekiden.fleet.picture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A scale from 0 with round marks. */
record Axis(double max, double step) {
  private static final double[] ROUND = {1, 2, 5, 10};
  private static final long[] ROUND_SECONDS = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
    86_400, 172_800, 432_000, 864_000, 2_592_000, 8_640_000
  };

  /** For counts; it ends at a mark. */
  static Axis count(double most, int marks) {
    double raw = Math.max(1, most) / marks;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = ROUND[ROUND.length - 1] * power;
    for (double round : ROUND) {
      if (round * power >= raw) {
        step = round * power;
        break;
      }
    }
    step = Math.max(1, step);
    return new Axis(Math.ceil(Math.max(1, most) / step) * step, step);
  }

  /** For seconds; it ends where time does. */
  static Axis time(double seconds, int marks) {
    for (long round : ROUND_SECONDS) {
      if (seconds / round <= marks) {
        return new Axis(seconds, round);
      }
    }
    return new Axis(seconds, seconds / marks);
  }

  List<Double> marks() {
    List<Double> marks = new ArrayList<>();
    for (int i = 0; i * step <= max * (1 + 1e-9); i++) {
      marks.add(i * step);
    }
    return marks;
  }

  static String countText(double count) {
    return String.format(Locale.ROOT, "%,.0f", count);
  }

  static String timeText(double seconds, double step) {
    if (step >= 86_400) {
      return Math.round(seconds / 86_400) + " d";
    }
    if (step >= 3_600) {
      return Math.round(seconds / 3_600) + " h";
    }
    return step >= 60 ? Math.round(seconds / 60) + " min" : Math.round(seconds) + " s";
  }
}
