package dev.ekiden.engine;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How much a line of a log matters, as far as its text says so. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR;

  /** A level is looked for in so many words at the beginning of a line. */
  private static final int WORDS = 6;

  private static final Map<String, LogLevel> BY_WORD =
      Map.of(
          "TRACE", TRACE,
          "DEBUG", DEBUG,
          "INFO", INFO,
          "WARN", WARN,
          "WARNING", WARN,
          "ERROR", ERROR,
          "SEVERE", ERROR,
          "FATAL", ERROR);

  /**
   * The level that a line names in capitals within its first words, as {@code WARN} or {@code
   * [ERROR]}; {@link #INFO} when it names none.
   */
  public static LogLevel of(String text) {
    int words = 0;
    int from = 0;
    while (from < text.length() && words < WORDS) {
      int to = from;
      while (to < text.length() && Character.isLetterOrDigit(text.charAt(to))) {
        to++;
      }
      if (to > from) {
        words++;
        LogLevel level = BY_WORD.get(text.substring(from, to));
        if (level != null) {
          return level;
        }
      }
      from = to + 1;
    }
    return INFO;
  }

  /** How many there are of each level, in their order. */
  static List<Integer> counts(Collection<LogLevel> levels) {
    Map<LogLevel, Integer> counts = new EnumMap<>(LogLevel.class);
    levels.forEach(level -> counts.merge(level, 1, Integer::sum));
    return Arrays.stream(values()).map(level -> counts.getOrDefault(level, 0)).toList();
  }

  /** Its name in lower case. */
  public String lower() {
    return name().toLowerCase(Locale.ROOT);
  }
}
