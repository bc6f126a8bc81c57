package dev.ekiden.calendar.ics;

import static java.time.temporal.ChronoUnit.DAYS;

import biweekly.component.VEvent;
import biweekly.property.DateEnd;
import biweekly.property.DateStart;
import biweekly.property.DurationProperty;
import biweekly.property.ExceptionDates;
import biweekly.property.RecurrenceDates;
import biweekly.property.RecurrenceRule;
import biweekly.util.Frequency;
import biweekly.util.ICalDate;
import biweekly.util.Recurrence;
import biweekly.util.com.google.ical.compat.javautil.DateIterator;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The times of one event with all its repetitions: RRULE and RDATE without EXDATE (RFC 5545,
 * 3.8.5). They repeat on the clock of the event, so that nine o'clock stays nine o'clock when that
 * clock changes. Confined to one thread.
 */
final class Occurrences {

  private static final String DTSTART = "DTSTART";

  /** How long each repetition takes. */
  private sealed interface Length {
    /** Whole days of the venue. */
    record Days(long days) implements Length {}

    /** Days on the clock of the event, and then a time. */
    record Time(int days, Duration rest) implements Length {}
  }

  private final VEvent event;
  private final EventTimes times;
  private final TimeZone zone;
  private final boolean wholeDays;
  private final Instant start;
  private final Length length;

  /**
   * @throws BadEventException if it has no start, or its times make no sense
   */
  Occurrences(VEvent event, EventTimes times) {
    this.event = event;
    this.times = times;
    DateStart property = event.getDateStart();
    if (property == null || property.getValue() == null) {
      throw new BadEventException(DTSTART, "", "is required");
    }
    this.wholeDays = !property.getValue().hasTime();
    this.zone = isUtc(property.getValue()) ? EventTimes.UTC : times.zone(property);
    this.start = times.instant(DTSTART, property.getValue(), zone);
    this.length = length(property.getValue());
  }

  /** When the event itself starts, the first repetition. */
  Instant start() {
    return start;
  }

  /** The event without its repetitions; null if it takes no time. */
  @Nullable Period only() {
    return period(start);
  }

  /**
   * All repetitions that start before a moment, by their starts: those that take no time are left
   * out.
   *
   * @throws BadEventException if there are more than {@link IcsLimits#MAXIMUM_REPETITIONS}
   */
  SortedMap<Instant, Period> before(Instant horizon) {
    Set<Instant> excluded = excluded();
    SortedMap<Instant, Period> found = new TreeMap<>();
    Consumer<Instant> repetition =
        at -> {
          @Nullable Period period = period(at);
          if (period != null && !excluded.contains(at)) {
            found.put(at, period);
          }
        };
    if (start.isBefore(horizon)) {
      repetition.accept(start);
    }
    @Nullable RecurrenceRule rule = event.getRecurrenceRule();
    if (rule != null) {
      repeat(rule.getValue(), horizon, repetition);
    }
    for (RecurrenceDates dates : event.getRecurrenceDates()) {
      TimeZone itsZone = times.zone(dates);
      for (ICalDate date : dates.getDates()) {
        Instant at = times.instant("RDATE", date, itsZone);
        if (at.isBefore(horizon)) {
          repetition.accept(at);
        }
      }
      for (biweekly.util.Period date : dates.getPeriods()) {
        Instant at = times.instant("RDATE", date.getStartDate(), itsZone);
        Instant end = end(date, at, itsZone);
        if (at.isBefore(horizon) && at.isBefore(end) && !excluded.contains(at)) {
          found.put(at, new Period(at, end));
        }
      }
    }
    return found;
  }

  private void repeat(Recurrence rule, Instant horizon, Consumer<Instant> repetition) {
    Frequency frequency = rule.getFrequency();
    if (frequency == null || frequency == Frequency.SECONDLY || frequency == Frequency.MINUTELY) {
      throw new BadEventException(
          "RRULE", "FREQ=" + frequency, "must repeat HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY");
    }
    @Nullable Integer interval = rule.getInterval();
    if (interval != null && (interval < 1 || interval > IcsLimits.MAXIMUM_INTERVAL)) {
      throw new BadEventException(
          "RRULE", "INTERVAL=" + interval, "must be between 1 and " + IcsLimits.MAXIMUM_INTERVAL);
    }
    TimeZone clock = wholeDays ? EventTimes.UTC : zone;
    // Whole days are counted in UTC, where each has its 24 hours, and then put on the venue's
    // clock.
    Date first = Date.from(wholeDays ? midnight(times.day(start)) : start);
    Recurrence.Builder bounded = new Recurrence.Builder(rule);
    @Nullable ICalDate until = rule.getUntil();
    if (until != null) {
      bounded.until(new ICalDate(Date.from(until(until)), true));
    }
    DateIterator dates = bounded.build().getDateIterator(first, clock);
    for (int count = 1; dates.hasNext(); count++) {
      Instant next = dates.next().toInstant();
      Instant at = wholeDays ? times.startOf(LocalDate.ofInstant(next, ZoneOffset.UTC)) : next;
      if (!at.isBefore(horizon)) {
        return;
      }
      if (count > IcsLimits.MAXIMUM_REPETITIONS) {
        throw new BadEventException(
            "RRULE",
            "FREQ=" + frequency,
            "must repeat at most %d times until %s"
                .formatted(IcsLimits.MAXIMUM_REPETITIONS, horizon));
      }
      repetition.accept(at);
    }
  }

  /** A day means all of it. */
  private Instant until(ICalDate until) {
    if (wholeDays) {
      LocalDate day =
          until.hasTime() && isUtc(until)
              ? times.day(times.instant("RRULE", until, EventTimes.UTC))
              : times.day("RRULE", until);
      return midnight(day);
    }
    if (until.hasTime()) {
      return times.instant("RRULE", until, zone);
    }
    LocalDate next = times.day("RRULE", until).plusDays(1);
    GregorianCalendar clock = new GregorianCalendar(zone);
    clock.clear();
    clock.set(next.getYear(), next.getMonthValue() - 1, next.getDayOfMonth());
    return clock.toInstant().minusSeconds(1);
  }

  private Set<Instant> excluded() {
    Set<Instant> excluded = new HashSet<>();
    for (ExceptionDates dates : event.getExceptionDates()) {
      TimeZone itsZone = times.zone(dates);
      for (ICalDate date : dates.getValues()) {
        excluded.add(times.instant("EXDATE", date, itsZone));
      }
    }
    return excluded;
  }

  private Length length(ICalDate startValue) {
    @Nullable DateEnd end = event.getDateEnd();
    if (end != null && end.getValue() != null) {
      ICalDate value = end.getValue();
      if (value.hasTime() == wholeDays) {
        throw new BadEventException(
            "DTEND", String.valueOf(value.getRawComponents()), "must be a date iff DTSTART is");
      }
      TimeZone itsZone = times.zone(end);
      Instant at = times.instant("DTEND", value, itsZone);
      if (at.isBefore(start)) {
        throw new BadEventException(
            "DTEND", String.valueOf(value.getRawComponents()), "must not be before DTSTART");
      }
      if (!wholeDays) {
        return new Length.Time(0, Duration.between(start, at));
      }
      LocalDate first = times.day(DTSTART, startValue);
      // Some calendars end a day where it starts; they mean the day.
      return new Length.Days(Math.max(1, DAYS.between(first, times.day("DTEND", value))));
    }
    @Nullable DurationProperty duration = event.getDuration();
    if (duration == null || duration.getValue() == null) {
      return wholeDays ? new Length.Days(1) : new Length.Time(0, Duration.ZERO);
    }
    return length(duration.getValue());
  }

  private Length length(biweekly.util.Duration value) {
    if (value.isPrior()) {
      throw new BadEventException("DURATION", value.toString(), "must not be negative");
    }
    int days = 7 * or(value.getWeeks()) + or(value.getDays());
    Duration rest =
        Duration.ofHours(or(value.getHours()))
            .plusMinutes(or(value.getMinutes()))
            .plusSeconds(or(value.getSeconds()));
    if (!wholeDays) {
      return new Length.Time(days, rest);
    }
    if (!rest.isZero()) {
      throw new BadEventException(
          "DURATION", value.toString(), "must be whole days, since DTSTART is a date");
    }
    return new Length.Days(Math.max(1, days));
  }

  private @Nullable Period period(Instant at) {
    Instant end =
        switch (length) {
          case Length.Days(long days) -> times.startOf(times.day(at).plusDays(days));
          case Length.Time(int days, Duration rest) -> plusDays(at, days, zone).plus(rest);
        };
    return at.isBefore(end) ? new Period(at, end) : null;
  }

  private Instant end(biweekly.util.Period period, Instant at, TimeZone itsZone) {
    if (period.getEndDate() != null) {
      return times.instant("RDATE", period.getEndDate(), itsZone);
    }
    return at.plusMillis(period.getDuration().toMillis());
  }

  private static Instant plusDays(Instant at, int days, TimeZone zone) {
    if (days == 0) {
      return at;
    }
    GregorianCalendar clock = new GregorianCalendar(zone);
    clock.setTimeInMillis(at.toEpochMilli());
    clock.add(GregorianCalendar.DATE, days);
    return clock.toInstant();
  }

  private static boolean isUtc(ICalDate value) {
    return value.getRawComponents() != null && value.getRawComponents().isUtc();
  }

  private static Instant midnight(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private static int or(@Nullable Integer value) {
    return value == null ? 0 : value;
  }
}
