package dev.ekiden.calendar.availability;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Why a time cannot be booked, computed from the truth; empty iff it can be. Every reason that
 * applies is listed, each once, with the first moment it speaks of. Immutable.
 */
public record Explanation(List<Reason> reasons) {

  /** A reason and a sentence with the details, times on the venue's clock. */
  public record Reason(Unavailable code, String detail) {}

  /** Longer times are only measured, not looked into. */
  private static final int MAXIMUM_MINUTES = BookingRules.MAXIMUM_BOOKING_MINUTES;

  public Explanation {
    reasons = List.copyOf(reasons);
  }

  /** Whether nothing stands against the booking. */
  public boolean isBookable() {
    return reasons.isEmpty();
  }

  public List<Unavailable> codes() {
    return reasons.stream().map(Reason::code).toList();
  }

  /**
   * Why {@code [start, end)} cannot be booked at this moment.
   *
   * @throws InvalidValueException if the start is not between {@link
   *     CalendarCalculator#EARLIEST_DATE} and {@link CalendarCalculator#LATEST_DATE}, or the
   *     venue's holiday calendar is unknown
   */
  public static Explanation explain(
      HolidayCalendars holidays, Truth truth, Instant start, Instant end, Instant now) {
    LocalDate date = LocalDate.ofInstant(start, truth.venue().zone());
    new Checks()
        .that(
            date.isAfter(CalendarCalculator.EARLIEST_DATE)
                && date.isBefore(CalendarCalculator.LATEST_DATE),
            "start",
            start,
            "must be after "
                + CalendarCalculator.EARLIEST_DATE
                + " and before "
                + CalendarCalculator.LATEST_DATE)
        .done();
    HolidayCalendar calendar = holidays.get(truth.venue().holidayCalendar());
    return new Explanation(new Inquiry(truth, calendar, start, end, now).reasons());
  }

  /** One question: collects the reasons. Confined to one call. */
  private static final class Inquiry {
    private static final DateTimeFormatter CLOCK =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

    private final List<Reason> reasons = new ArrayList<>();
    private final Truth truth;
    private final HolidayCalendar holidays;
    private final BookingRules rules;
    private final ZoneId zone;
    private final Instant start;
    private final Instant end;
    private final Instant now;

    Inquiry(Truth truth, HolidayCalendar holidays, Instant start, Instant end, Instant now) {
      this.truth = truth;
      this.holidays = holidays;
      this.rules = truth.plan().rules();
      this.zone = truth.venue().zone();
      this.start = start;
      this.end = end;
      this.now = now;
    }

    List<Reason> reasons() {
      if (!truth.plan().published()) {
        add(Unavailable.PLAN_NOT_PUBLISHED, "The plan is not published.");
      }
      duration();
      distance();
      long from = CalendarCalculator.floorMinute(start);
      long to = CalendarCalculator.ceilingMinute(end);
      boolean tooLong = to - from > MAXIMUM_MINUTES;
      LocalDate first = LocalDate.ofInstant(start, zone);
      LocalDate last = tooLong || to <= from ? first : LocalDate.ofInstant(end, zone);
      List<LocalDay> days = LocalDay.withLeadIn(truth, holidays, first, last);
      alignment(days, from, tooLong ? from : to);
      if (from < to && !tooLong) {
        hours(days, from, to);
        closures(from, to);
        blocks(from, to);
        resources(from, to);
        prices(days, from, to);
      }
      return reasons;
    }

    private void duration() {
      long minutes = CalendarCalculator.ceilingMinute(end) - CalendarCalculator.floorMinute(start);
      if (minutes % rules.unitMinutes() != 0) {
        add(
            Unavailable.NOT_A_MULTIPLE_OF_UNIT,
            minutes + " minutes are no multiple of " + rules.unitMinutes() + ".");
      }
      if (minutes < rules.minimumMinutes()) {
        add(
            Unavailable.TOO_SHORT,
            minutes + " minutes; at least " + rules.minimumMinutes() + " are required.");
      }
      if (minutes > rules.maximumMinutes()) {
        add(
            Unavailable.TOO_LONG,
            minutes + " minutes; at most " + rules.maximumMinutes() + " are allowed.");
      }
    }

    private void distance() {
      if (start.isBefore(now.plusSeconds(rules.minimumNoticeMinutes() * 60L))) {
        add(
            Unavailable.MINIMUM_NOTICE,
            "Bookings start at least "
                + rules.minimumNoticeMinutes()
                + " minutes from now, "
                + clock(now)
                + ".");
      }
      LocalDate latest = LocalDate.ofInstant(now, zone).plusDays(rules.bookingWindowDays());
      if (LocalDate.ofInstant(start, zone).isAfter(latest)) {
        add(Unavailable.BEYOND_BOOKING_WINDOW, "Bookings are taken up to " + latest + ".");
      }
    }

    private void alignment(List<LocalDay> days, long from, long to) {
      LocalDay day = dayAt(days, from);
      int alignment = rules.startAlignmentMinutes();
      boolean whole = (start.equals(instant(from)) && end.equals(instant(to))) || to == from;
      if (!whole || (from - day.startMinute()) % alignment != 0) {
        add(
            Unavailable.NOT_ALIGNED,
            "Bookings start every " + alignment + " minutes from the start of the day.");
        return;
      }
      for (LocalDay other : days) {
        long length = other.endMinute() - other.startMinute();
        long rest = other.endMinute() - length % rules.slotMinutes();
        if (rest < other.endMinute() && from < other.endMinute() && rest < to) {
          add(
              Unavailable.NOT_ALIGNED,
              "The day "
                  + other.date()
                  + " lasts "
                  + length
                  + " minutes; its rest after "
                  + clock(instant(rest))
                  + " cannot be booked.");
          return;
        }
      }
    }

    private void hours(List<LocalDay> days, long from, long to) {
      OpenTime hours = new OpenTime(truth, days);
      businessHours(days, hours.business(), from, to);
      MinuteTimeline rentable = hours.rentable();
      long minute = rentable.firstClear(from, to);
      if (minute < to) {
        add(
            Unavailable.OUTSIDE_RENTABLE_HOURS,
            clock(instant(minute))
                + " is outside the rentable hours "
                + truth.plan().rentableHours().text()
                + ".");
      }
    }

    private void businessHours(List<LocalDay> days, MinuteTimeline open, long from, long to) {
      boolean outside = false;
      boolean closed = false;
      for (long minute = from; minute < to && !(outside && closed); minute++) {
        minute = open.firstClear(minute, to);
        if (minute == to) {
          return;
        }
        LocalDay day = dayAt(days, minute);
        SpecialPeriod special = day.special();
        if (special != null && day.businessRanges(truth.space()).isEmpty()) {
          if (!closed) {
            closed = true;
            add(
                Unavailable.SPECIAL_PERIOD_CLOSED,
                day.date() + " is closed: " + special.name() + ".");
          }
        } else if (!outside) {
          outside = true;
          String hours =
              day.businessRanges(truth.space()).stream()
                  .map(TimeRange::text)
                  .collect(Collectors.joining(","));
          add(
              Unavailable.OUTSIDE_BUSINESS_HOURS,
              clock(instant(minute))
                  + " is outside the business hours of that day"
                  + (hours.isEmpty() ? " (closed)." : " (" + hours + ")."));
        }
      }
    }

    private void closures(long from, long to) {
      for (Closure closure : truth.space().closures()) {
        if (LocalDay.earlier(closure.from(), zone) < to
            && from < LocalDay.later(closure.to(), zone)) {
          String reason = closure.reason().isEmpty() ? "" : ": " + closure.reason();
          add(
              Unavailable.CLOSURE,
              "Closed from "
                  + local(closure.from().atZone(zone))
                  + " to "
                  + local(closure.to().atZone(zone))
                  + reason
                  + ".");
          return;
        }
      }
    }

    private void blocks(long from, long to) {
      truth.blocks().stream()
          .filter(block ->
              CalendarCalculator.floorMinute(block.from()) < to
                  && from < CalendarCalculator.ceilingMinute(block.to()))
          .min(Comparator.comparing(Block::from).thenComparing(Block::source))
          .ifPresent(block ->
              add(
                  Unavailable.BLOCKED,
                  "The calendar %s is busy from %s to %s."
                      .formatted(block.source(), clock(block.from()), clock(block.to()))));
    }

    /** A resource is the reason if none of its units is free with the plan's own buffers. */
    private void resources(long from, long to) {
      boolean occupied = false;
      boolean buffer = false;
      for (Resource resource : truth.resources()) {
        if (!UnitChoice.freeUnits(truth, resource, from, to).isEmpty()) {
          continue;
        }
        boolean bookingsLeaveRoom =
            resource.units().stream().anyMatch(unit -> bookingsMiss(unit.id(), from, to));
        if (bookingsLeaveRoom && !buffer) {
          buffer = true;
          add(
              Unavailable.BUFFER,
              "Too close to another booking of " + resource.name() + ": buffers overlap.");
        } else if (!bookingsLeaveRoom && !occupied) {
          occupied = true;
          add(Unavailable.OCCUPIED, resource.name() + " is taken in that time.");
        }
      }
    }

    private boolean bookingsMiss(long unitId, long from, long to) {
      return truth.occupations().stream()
          .filter(occupation -> occupation.unitId() == unitId)
          .allMatch(occupation ->
              CalendarCalculator.ceilingMinute(occupation.bookedTo()) <= from
                  || CalendarCalculator.floorMinute(occupation.bookedFrom()) >= to);
    }

    private void prices(List<LocalDay> days, long from, long to) {
      int slotMinutes = rules.slotMinutes();
      SlotPrices prices = new SlotPrices(truth.plan());
      for (int index = 1; index < days.size(); index++) {
        LocalDay day = days.get(index);
        int slots = (int) ((day.endMinute() - day.startMinute()) / slotMinutes);
        long[] amounts = prices.of(day, days.get(index - 1), slots);
        for (int slot = 0; slot < slots; slot++) {
          long slotStart = day.startMinute() + (long) slot * slotMinutes;
          boolean asked = slotStart < to && from < slotStart + slotMinutes;
          if (asked && amounts[slot] == CalendarDay.NO_PRICE) {
            add(Unavailable.NO_PRICE, "No price is set for " + clock(instant(slotStart)) + ".");
            return;
          }
        }
      }
    }

    private static LocalDay dayAt(List<LocalDay> days, long minute) {
      LocalDay found = days.getFirst();
      for (LocalDay day : days) {
        if (day.startMinute() <= minute) {
          found = day;
        }
      }
      return found;
    }

    private void add(Unavailable code, String detail) {
      reasons.add(new Reason(code, detail));
    }

    private String clock(Instant instant) {
      return local(instant.atZone(zone));
    }

    private static String local(ZonedDateTime time) {
      return CLOCK.format(time);
    }

    private static Instant instant(long minute) {
      return Instant.ofEpochSecond(minute * 60);
    }
  }
}
