package dev.ekiden.calendar.availability;

import java.time.DayOfWeek;

/** The kinds of day that hours and prices speak of: the seven weekdays, and public holidays. */
public enum DayKind {
  MONDAY("mon"),
  TUESDAY("tue"),
  WEDNESDAY("wed"),
  THURSDAY("thu"),
  FRIDAY("fri"),
  SATURDAY("sat"),
  SUNDAY("sun"),
  HOLIDAY("hol");

  private static final DayKind[] KINDS = values();
  private final String text;

  DayKind(String text) {
    this.text = text;
  }

  /** The three letters that texts use: {@code mon} … {@code sun}, {@code hol}. */
  public String text() {
    return text;
  }

  public static DayKind of(DayOfWeek day) {
    return KINDS[day.ordinal()];
  }

  boolean isWeekday() {
    return this != HOLIDAY;
  }

  /** Whether a day of this kind can be followed by a day of the other kind. */
  boolean mayPrecede(DayKind other) {
    return !isWeekday() || !other.isWeekday() || (ordinal() + 1) % 7 == other.ordinal();
  }
}
