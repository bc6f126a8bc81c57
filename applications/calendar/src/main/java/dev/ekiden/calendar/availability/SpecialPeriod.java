package dev.ekiden.calendar.availability;

import java.time.LocalDate;

/**
 * Days, first and last included, on which a space keeps hours of its own instead of its weekly
 * business hours (特別営業期間). {@link WeeklyHours#NONE} means closed. Immutable.
 */
public record SpecialPeriod(LocalDate from, LocalDate to, String name, WeeklyHours hours) {

  /** The word that stands for closed where the hours of a special period are written as text. */
  public static final String CLOSED = "closed";

  public SpecialPeriod {
    new Checks()
        .that(!to.isBefore(from), "to", to, "must not be before the first day " + from)
        .name("name", name)
        .done();
  }

  public static SpecialPeriod closed(LocalDate from, LocalDate to, String name) {
    return new SpecialPeriod(from, to, name, WeeklyHours.NONE);
  }

  /**
   * Reads {@value #CLOSED}, or hours in the notation of {@link WeeklyHours#parse}.
   *
   * @throws InvalidValueException if the text is empty or not in that notation
   */
  public static WeeklyHours parseHours(String text) {
    if (text.isBlank()) {
      throw new InvalidValueException(
          "hours", text, "must be closed, or hours such as mon-sun 10:00-16:00");
    }
    return text.strip().equalsIgnoreCase(CLOSED) ? WeeklyHours.NONE : WeeklyHours.parse(text);
  }

  /** The text that {@link #parseHours} reads. */
  public String hoursText() {
    return hours.isEmpty() ? CLOSED : hours.text();
  }

  public boolean covers(LocalDate day) {
    return !day.isBefore(from) && !day.isAfter(to);
  }

  boolean overlaps(SpecialPeriod other) {
    return !from.isAfter(other.to) && !other.from.isAfter(to);
  }
}
