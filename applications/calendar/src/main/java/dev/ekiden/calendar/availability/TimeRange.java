package dev.ekiden.calendar.availability;

/**
 * A half-open range of wall-clock minutes, counted from the local midnight of the day it belongs
 * to: {@code 22:00-26:00} starts on its day and ends at two in the next morning. Immutable.
 *
 * <p>{@code startMinute} is 0 to 1439, {@code endMinute} is after it and at most 2880.
 */
public record TimeRange(int startMinute, int endMinute) implements Comparable<TimeRange> {

  static final int MINUTES_PER_DAY = CalendarDay.MINUTES_PER_DAY;

  /** The latest end: midnight of the day after the next, written 48:00. */
  public static final int MAXIMUM_END_MINUTE = 2 * MINUTES_PER_DAY;

  public static final TimeRange WHOLE_DAY = new TimeRange(0, MINUTES_PER_DAY);

  public TimeRange {
    new Checks()
        .that(
            0 <= startMinute && startMinute < MINUTES_PER_DAY,
            "start",
            clock(startMinute),
            "must be between 00:00 and 23:59")
        .that(endMinute <= MAXIMUM_END_MINUTE, "end", clock(endMinute), "must be at most 48:00")
        .that(
            startMinute < endMinute,
            "end",
            clock(endMinute),
            "must be after the start " + clock(startMinute) + " (past midnight is 24:00 and more)")
        .done();
  }

  /**
   * Reads {@code 09:00-18:00}.
   *
   * @throws InvalidValueException with the position of the first mistake
   */
  public static TimeRange parse(String text) {
    TextCursor cursor = new TextCursor("time", text);
    cursor.skipSpaces();
    TimeRange range = cursor.timeRange();
    cursor.expectEnd();
    return range;
  }

  /** The notation that {@link #parse} reads. */
  public String text() {
    return clock(startMinute) + "-" + clock(endMinute);
  }

  /** Whether it reaches into the next day. */
  public boolean passesMidnight() {
    return endMinute > MINUTES_PER_DAY;
  }

  boolean contains(int minute) {
    return startMinute <= minute && minute < endMinute;
  }

  @Override
  public int compareTo(TimeRange other) {
    int byStart = Integer.compare(startMinute, other.startMinute);
    return byStart != 0 ? byStart : Integer.compare(endMinute, other.endMinute);
  }

  static String clock(int minute) {
    return "%02d:%02d".formatted(minute / 60, minute % 60);
  }
}
