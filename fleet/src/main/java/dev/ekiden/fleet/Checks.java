package dev.ekiden.fleet;

import java.time.Duration;

/** Checks of settings that say what was wrong and what is allowed. */
public final class Checks {
  private Checks() {}

  /** The value, if it is in the range. */
  public static int range(String setting, int value, int min, int max) {
    return (int) range(setting, (long) value, min, max);
  }

  /** The value, if it is in the range. */
  public static long range(String setting, long value, long min, long max) {
    if (value < min || value > max) {
      throw refuse(setting, "from %,d to %,d".formatted(min, max), "%,d".formatted(value));
    }
    return value;
  }

  /** The value, if it is in the range; never NaN. */
  public static double range(String setting, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw refuse(setting, "from " + plain(min) + " to " + plain(max), plain(value));
    }
    return value;
  }

  /** The value, if it is in the range. */
  public static Duration range(String setting, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw refuse(
          setting, "from " + Times.format(min) + " to " + Times.format(max), Times.format(value));
    }
    return value;
  }

  /** What is thrown when a value is not what is allowed. */
  public static InvalidSettingException refuse(String setting, String allowed, String value) {
    return new InvalidSettingException(
        setting, "%s must be %s, not %s".formatted(setting, allowed, value));
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? "%,d".formatted((long) value)
        : Double.toString(value);
  }
}
