package dev.ekiden.fleet;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as people type them: {@code 30s}, {@code 5m}, {@code 1h30m}, {@code 250ms}, {@code 2d};
 * {@code us} are microseconds.
 */
public final class Times {
  /** Longest time that can be written: 100 years. */
  public static final Duration MAX = Duration.ofDays(36_500);

  private static final Pattern SHAPE =
      Pattern.compile(
          "(?:(\\d{1,6})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?(?:(\\d{1,9})us)?");

  private Times() {}

  /**
   * Reads a time.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  public static Duration parse(String text) {
    String value = text.strip();
    if (value.equals("0")) {
      return Duration.ZERO;
    }
    Matcher matcher = SHAPE.matcher(value);
    if (!value.isEmpty() && matcher.matches()) {
      Duration time =
          Duration.ofDays(part(matcher, 1))
              .plusHours(part(matcher, 2))
              .plusMinutes(part(matcher, 3))
              .plusSeconds(part(matcher, 4))
              .plusMillis(part(matcher, 5))
              .plusNanos(part(matcher, 6) * 1_000);
      if (time.compareTo(MAX) <= 0) {
        return time;
      }
    }
    throw new IllegalArgumentException(
        "'%s' is not a time; write 250ms, 30s, 5m, 1h30m or 2d, at most 36500d".formatted(text));
  }

  /** Writes a time so that {@link #parse} reads the same, to the microsecond. */
  public static String format(Duration time) {
    if (time.isNegative()) {
      return "-" + format(time.negated());
    }
    StringBuilder text = new StringBuilder();
    append(text, time.toDays(), "d");
    append(text, time.toHoursPart(), "h");
    append(text, time.toMinutesPart(), "m");
    append(text, time.toSecondsPart(), "s");
    append(text, time.toMillisPart(), "ms");
    append(text, time.toNanosPart() / 1_000 % 1_000, "us");
    return text.isEmpty() ? "0s" : text.toString();
  }

  /** As seconds with fractions. */
  public static double seconds(Duration time) {
    return time.getSeconds() + time.getNano() / 1e9;
  }

  /** From seconds with fractions, to the nanosecond. */
  public static Duration ofSeconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  private static void append(StringBuilder text, long part, String unit) {
    if (part > 0) {
      text.append(part).append(unit);
    }
  }

  private static long part(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? 0 : Long.parseLong(text);
  }
}
