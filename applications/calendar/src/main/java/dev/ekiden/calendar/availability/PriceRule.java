package dev.ekiden.calendar.availability;

/**
 * A price per hour for some days and some of their hours.
 *
 * <p>{@code amountPerHour} is in whole minor units of the list's currency, 0 to {@link
 * PriceTerms#MAXIMUM_AMOUNT}. A time that passes midnight belongs to the day it starts on, as in
 * {@link WeeklyHours}. Immutable.
 *
 * <p>Notation: {@code DAYS [TIME] AMOUNT}, such as {@code sat,sun,hol 18:00-26:00 3000}; without a
 * time the whole day is meant.
 */
public record PriceRule(PriceDays days, TimeRange time, long amountPerHour) {

  public PriceRule {
    new Checks().range("amountPerHour", amountPerHour, 0, PriceTerms.MAXIMUM_AMOUNT).done();
  }

  static PriceRule read(TextCursor cursor) {
    PriceDays days = cursor.priceDays();
    cursor.skipSpaces();
    TimeRange time = TimeRange.WHOLE_DAY;
    if (cursor.startsTime()) {
      time = cursor.timeRange();
      cursor.skipSpaces();
    }
    int amountAt = cursor.position();
    long amount = cursor.amount();
    if (amount > PriceTerms.MAXIMUM_AMOUNT) {
      throw cursor.mistake(amountAt, "must be at most " + PriceTerms.MAXIMUM_AMOUNT);
    }
    return new PriceRule(days, time, amount);
  }

  /** The notation, the time left out where it is the whole day. */
  public String text() {
    String hours = time.equals(TimeRange.WHOLE_DAY) ? "" : time.text() + " ";
    return days.text() + " " + hours + amountPerHour;
  }

  @Override
  public String toString() {
    return text();
  }
}
