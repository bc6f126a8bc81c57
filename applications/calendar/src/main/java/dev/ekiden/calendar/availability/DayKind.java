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

  private final String text;

  DayKind(String text) {
    this.text = text;
  }

  /** The three letters that texts use: {@code mon} … {@code sun}, {@code hol}. */
  public String text() {
    return text;
  }

  public static DayKind of(DayOfWeek day) {
    return switch (day) {
      case MONDAY -> MONDAY;
      case TUESDAY -> TUESDAY;
      case WEDNESDAY -> WEDNESDAY;
      case THURSDAY -> THURSDAY;
      case FRIDAY -> FRIDAY;
      case SATURDAY -> SATURDAY;
      case SUNDAY -> SUNDAY;
    };
  }

  boolean isWeekday() {
    return this != HOLIDAY;
  }

  /** The weekday after this one; after a holiday any day may come, so it stays a holiday. */
  DayKind next() {
    return switch (this) {
      case MONDAY -> TUESDAY;
      case TUESDAY -> WEDNESDAY;
      case WEDNESDAY -> THURSDAY;
      case THURSDAY -> FRIDAY;
      case FRIDAY -> SATURDAY;
      case SATURDAY -> SUNDAY;
      case SUNDAY -> MONDAY;
      case HOLIDAY -> HOLIDAY;
    };
  }

  /** Whether a day of this kind can be followed by a day of the other kind. */
  boolean mayPrecede(DayKind other) {
    return !isWeekday() || !other.isWeekday() || next() == other;
  }
}
