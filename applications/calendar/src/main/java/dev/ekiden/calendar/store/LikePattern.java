package dev.ekiden.calendar.store;

/** Patterns for LIKE and ILIKE. */
public final class LikePattern {

  private LikePattern() {}

  /** Matches what contains a text, in which %, _ and the backslash stand for themselves. */
  public static String containing(String text) {
    return "%" + text.replaceAll("([\\\\%_])", "\\\\$1") + "%";
  }
}
