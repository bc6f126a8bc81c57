package dev.ekiden.calendar.availability;

import dev.ekiden.calendar.availability.CalendarDay.ResourceDay;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes a plan's calendar days from the truth: paints hours and occupations on a timeline of one
 * bit per minute, then reads the slots off. Pure; thread-safe.
 *
 * <p>Hours are one timeline: what a day's range reaches over midnight stays open even if the next
 * day is closed by a special period, and business and rentable hours meet moment by moment, not day
 * by day. Occupied times that are no whole minutes are rounded outwards.
 */
public final class CalendarCalculator {

  /** The most days of one call: the longest booking window and a month. */
  public static final int MAXIMUM_DAYS = BookingRules.MAXIMUM_WINDOW_DAYS + 31;

  /** Earlier, some zones had days of more than {@link SlotBits#SIZE} slots. */
  public static final LocalDate EARLIEST_DATE = LocalDate.of(1970, 1, 1);

  public static final LocalDate LATEST_DATE = LocalDate.of(2999, 12, 31);

  private final HolidayCalendars holidays;

  public CalendarCalculator(HolidayCalendars holidays) {
    this.holidays = holidays;
  }

  /**
   * The days from the first to the last local date, both included, in order.
   *
   * @throws InvalidValueException if the last is before the first, the days are more than {@link
   *     #MAXIMUM_DAYS} or not between {@link #EARLIEST_DATE} and {@link #LATEST_DATE}, or the
   *     venue's holiday calendar is unknown
   */
  public List<CalendarDay> compute(Truth truth, LocalDate from, LocalDate to) {
    new Checks()
        .range("days", ChronoUnit.DAYS.between(from, to) + 1, 1, MAXIMUM_DAYS)
        .that(!from.isBefore(EARLIEST_DATE), "from", from, "must not be before " + EARLIEST_DATE)
        .that(!to.isAfter(LATEST_DATE), "to", to, "must not be after " + LATEST_DATE)
        .done();
    HolidayCalendar calendar = holidays.get(truth.venue().holidayCalendar());
    List<LocalDay> days = LocalDay.withLeadIn(truth, calendar, from, to);
    MinuteTimeline open = new OpenTime(truth, days).effective();
    if (!truth.plan().published()) {
      open.clearAll();
    }
    List<List<MinuteTimeline>> free = freeByResource(truth, open);
    SlotPrices prices = new SlotPrices(truth.plan());
    List<CalendarDay> result = new ArrayList<>(days.size());
    int leadIn = days.size() - Math.toIntExact(ChronoUnit.DAYS.between(from, to) + 1);
    for (int index = leadIn; index < days.size(); index++) {
      result.add(day(truth.plan(), days.get(index), days.get(index - 1), free, prices));
    }
    return result;
  }

  private static CalendarDay day(
      Plan plan,
      LocalDay day,
      LocalDay before,
      List<List<MinuteTimeline>> free,
      SlotPrices prices) {
    int slotMinutes = plan.rules().slotMinutes();
    int slots = Math.toIntExact((day.endMinute() - day.startMinute()) / slotMinutes);
    long[] amounts = prices.of(day, before, slots);
    List<ResourceDay> resources = new ArrayList<>(free.size());
    for (List<MinuteTimeline> units : free) {
      List<SlotBits> bits = new ArrayList<>(units.size());
      for (MinuteTimeline unit : units) {
        bits.add(bits(unit, day.startMinute(), slotMinutes, amounts));
      }
      resources.add(new ResourceDay(bits));
    }
    return new CalendarDay(
        day.date(), day.startMinute(), slotMinutes, slots, resources, SlotPrices.runs(amounts));
  }

  private static SlotBits bits(
      MinuteTimeline free, long startMinute, int slotMinutes, long[] amounts) {
    long low = 0;
    long high = 0;
    for (int slot = 0; slot < amounts.length; slot++) {
      long minute = startMinute + (long) slot * slotMinutes;
      if (amounts[slot] != CalendarDay.NO_PRICE && free.all(minute, slotMinutes)) {
        if (slot < Long.SIZE) {
          low |= 1L << slot;
        } else {
          high |= 1L << slot;
        }
      }
    }
    return new SlotBits(low, high);
  }

  private static List<List<MinuteTimeline>> freeByResource(Truth truth, MinuteTimeline open) {
    BookingRules rules = truth.plan().rules();
    Map<Long, MinuteTimeline> freeByUnit = new HashMap<>();
    for (Occupation occupation : truth.occupations()) {
      // [t−before, t+u+after) misses [from, to) iff [t, t+u) misses [from−after, to+before).
      freeByUnit
          .computeIfAbsent(occupation.unitId(), ignored -> open.copy())
          .clear(
              floorMinute(occupation.from()) - rules.bufferAfterMinutes(),
              ceilingMinute(occupation.to()) + rules.bufferBeforeMinutes());
    }
    List<List<MinuteTimeline>> free = new ArrayList<>(truth.resources().size());
    for (Resource resource : truth.resources()) {
      free.add(
          resource.units().stream().map(unit -> freeByUnit.getOrDefault(unit.id(), open)).toList());
    }
    return free;
  }

  static long floorMinute(Instant instant) {
    return Math.floorDiv(instant.getEpochSecond(), 60L);
  }

  static long ceilingMinute(Instant instant) {
    boolean whole = instant.getNano() == 0 && instant.getEpochSecond() % 60 == 0;
    return floorMinute(instant) + (whole ? 0 : 1);
  }
}
