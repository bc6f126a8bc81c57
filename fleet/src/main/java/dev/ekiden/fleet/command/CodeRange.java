package dev.ekiden.fleet.command;

/**
 * Exit codes from one to another.
 *
 * @param from 0 to 255
 * @param to the last, not below the first
 */
public record CodeRange(int from, int to) {
  /** The highest exit code there is. */
  public static final int MAX = 255;

  public CodeRange {
    if (from < 0 || to > MAX || from > to) {
      throw new IllegalArgumentException(
          "exit codes are 0 to %d, single or as in 64-78, not %d-%d".formatted(MAX, from, to));
    }
  }

  /** Reads {@code 75} or {@code 64-78}. */
  static CodeRange parse(String text) {
    String[] ends = text.strip().split("-", -1);
    try {
      int from = Integer.parseInt(ends[0].strip());
      return ends.length == 1
          ? new CodeRange(from, from)
          : new CodeRange(from, ends.length == 2 ? Integer.parseInt(ends[1].strip()) : -1);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "exit codes are 0 to %d, single or as in 64-78, not '%s'".formatted(MAX, text), e);
    }
  }

  boolean has(int code) {
    return code >= from && code <= to;
  }

  @Override
  public String toString() {
    return from == to ? Integer.toString(from) : from + "-" + to;
  }
}
