package dev.ekiden.calendar.availability;

import dev.ekiden.calendar.availability.CalendarDay.ResourceDay;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The read path: answers from a plan's cached days alone. It looks at bits and prices, never at
 * hours, holidays or price rules; notice and booking window, which depend on now, are two
 * comparisons. Immutable, thread-safe.
 *
 * <p>A booking over midnight reads consecutive days and must find one and the same unit of each
 * resource free in all of them.
 */
public final class Availability {

  /** The longest time between {@code from} and {@code to} of one question, in days. */
  public static final int MAXIMUM_QUESTION_DAYS = BookingRules.MAXIMUM_WINDOW_DAYS + 31;

  private static final Answer NOT_BOOKABLE = new Answer.NotBookable();
  private static final Answer NOT_READY = new Answer.NotReady();

  private final PlanTerms terms;
  private final List<CalendarDay> days;

  /** The days in any order, with or without gaps; a day asked for and not there is not ready. */
  public Availability(PlanTerms terms, List<CalendarDay> days) {
    this.terms = terms;
    this.days = days.stream().sorted(Comparator.comparing(CalendarDay::date)).toList();
  }

  /** Whether {@code [start, end)} can be booked at this moment, and for how much. */
  public Answer check(Instant start, Instant end, Instant now) {
    if (!terms.published() || !fitsRules(start, end) || start.isBefore(earliestStart(now))) {
      return NOT_BOOKABLE;
    }
    long from = minute(start);
    int first = dayAt(from);
    if (first < 0) {
      return NOT_READY;
    }
    CalendarDay day = days.get(first);
    boolean known = from < day.endMinute() || isFollowed(first);
    if (!known) {
      return NOT_READY;
    }
    boolean aligned = (from - day.startMinute()) % terms.rules().startAlignmentMinutes() == 0;
    if (!aligned || day.date().isAfter(latestDate(now))) {
      return NOT_BOOKABLE;
    }
    return check(first, from, minute(end));
  }

  /**
   * All times of a duration that can be booked and start in {@code [from, to)}, in order. Days that
   * are not there offer nothing; {@link #isReady} tells.
   *
   * @throws InvalidValueException if from and to are more than {@link #MAXIMUM_QUESTION_DAYS} apart
   */
  public List<Offer> offers(Instant from, Instant to, Duration duration, Instant now) {
    checkQuestion(from, to);
    List<Offer> offers = new ArrayList<>();
    int alignment = terms.rules().startAlignmentMinutes();
    for (CalendarDay day : days) {
      long start = firstStep(day, from, alignment);
      long last = Math.min(day.endMinute(), ceilingMinute(to));
      for (; start < last; start += alignment) {
        Instant begin = instant(start);
        Instant end = begin.plus(duration);
        if (check(begin, end, now) instanceof Answer.Bookable(Quote quote)) {
          offers.add(new Offer(begin, end, quote));
        }
      }
    }
    return offers;
  }

  /**
   * All free slots that start in {@code [from, to)}, in order, whatever the shortest booking is.
   *
   * @throws InvalidValueException if from and to are more than {@link #MAXIMUM_QUESTION_DAYS} apart
   */
  public List<FreeSlot> slots(Instant from, Instant to, Instant now) {
    checkQuestion(from, to);
    List<FreeSlot> free = new ArrayList<>();
    Instant earliest = earliestStart(now);
    LocalDate latest = latestDate(now);
    for (CalendarDay day : days) {
      if (!terms.published() || day.date().isAfter(latest)) {
        continue;
      }
      SlotBits bits = freeOnEveryResource(day);
      long first = firstStep(day, from.isBefore(earliest) ? earliest : from, day.slotMinutes());
      long last = Math.min(day.endMinute(), ceilingMinute(to));
      for (long start = first; start < last; start += day.slotMinutes()) {
        int slot = slot(day, start);
        if (bits.get(slot)) {
          free.add(new FreeSlot(instant(start), day.slotStart(slot + 1), day.price(slot)));
        }
      }
    }
    return free;
  }

  /**
   * How many bookings of {@code [start, end)} the units still allow: of the scarcest resource,
   * those that are free all the time. 0 where days are not there.
   */
  public int unitsFree(Instant start, Instant end) {
    long from = minute(start);
    long to = ceilingMinute(end);
    int first = dayAt(from);
    if (first < 0) {
      return 0;
    }
    int last = first;
    while (days.get(last).endMinute() < to && isFollowed(last)) {
      last++;
    }
    if (days.get(last).endMinute() < to) {
      return 0;
    }
    int least = Integer.MAX_VALUE;
    List<ResourceDay> resources = days.get(first).resources();
    for (int resource = 0; resource < resources.size(); resource++) {
      int free = 0;
      for (int unit = 0; unit < resources.get(resource).units().size(); unit++) {
        if (isFreeThroughout(first, last, resource, unit, from, to)) {
          free++;
        }
      }
      least = Math.min(least, free);
    }
    return least;
  }

  /** Whether the days of {@code [from, to)} are all there. */
  public boolean isReady(Instant from, Instant to) {
    int first = dayAt(minute(from));
    if (first < 0) {
      return false;
    }
    int index = first;
    while (isFollowed(index)) {
      index++;
    }
    return ceilingMinute(to) <= days.get(index).endMinute();
  }

  private Answer check(int first, long from, long to) {
    int last = first;
    long slotSum = 0;
    long capped = 0;
    for (long minute = from; ; last++) {
      CalendarDay day = days.get(last);
      boolean inside = last == first ? minute < day.endMinute() : minute == day.startMinute();
      if (!inside) {
        // The booking runs over the rest of a day that is no multiple of the slot.
        return NOT_BOOKABLE;
      }
      long end = Math.min(to, day.endMinute());
      int firstSlot = slot(day, minute);
      int endSlot = slot(day, end);
      if (!hasFreeUnits(day, firstSlot, endSlot)) {
        return NOT_BOOKABLE;
      }
      long sum = day.sum(firstSlot, endSlot);
      slotSum += sum;
      capped += Math.min(sum, terms.priceTerms().dayPrice().orElse(Long.MAX_VALUE));
      if (end == to) {
        break;
      }
      if (!isFollowed(last)) {
        return NOT_READY;
      }
      minute = end;
    }
    return last == first || sameUnitsThroughout(first, last, from, to)
        ? new Answer.Bookable(Quote.of(terms.priceTerms(), slotSum, capped))
        : NOT_BOOKABLE;
  }

  private static boolean hasFreeUnits(CalendarDay day, int firstSlot, int endSlot) {
    for (ResourceDay resource : day.resources()) {
      boolean found = false;
      for (SlotBits unit : resource.units()) {
        if (unit.all(firstSlot, endSlot)) {
          found = true;
          break;
        }
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private boolean sameUnitsThroughout(int first, int last, long from, long to) {
    List<ResourceDay> resources = days.get(first).resources();
    for (int resource = 0; resource < resources.size(); resource++) {
      boolean found = false;
      for (int unit = 0; unit < resources.get(resource).units().size() && !found; unit++) {
        found = isFreeThroughout(first, last, resource, unit, from, to);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private boolean isFreeThroughout(
      int first, int last, int resource, int unit, long from, long to) {
    for (int index = first; index <= last; index++) {
      CalendarDay day = days.get(index);
      // Days of different refreshes may know different units while a space is being changed.
      if (resource >= day.resources().size()
          || unit >= day.resources().get(resource).units().size()) {
        return false;
      }
      int firstSlot = slot(day, Math.max(from, day.startMinute()));
      int endSlot = slot(day, Math.min(to, day.endMinute()));
      if (!day.resources().get(resource).units().get(unit).all(firstSlot, endSlot)) {
        return false;
      }
    }
    return true;
  }

  private static SlotBits freeOnEveryResource(CalendarDay day) {
    SlotBits every = new SlotBits(-1L, -1L);
    for (ResourceDay resource : day.resources()) {
      SlotBits some = SlotBits.NONE;
      for (SlotBits unit : resource.units()) {
        some = some.or(unit);
      }
      every = every.and(some);
    }
    return every;
  }

  private boolean fitsRules(Instant start, Instant end) {
    BookingRules rules = terms.rules();
    if (!isWholeMinute(start) || !isWholeMinute(end)) {
      return false;
    }
    long minutes = minute(end) - minute(start);
    return minutes >= rules.minimumMinutes()
        && minutes <= rules.maximumMinutes()
        && minutes % rules.unitMinutes() == 0;
  }

  private Instant earliestStart(Instant now) {
    return now.plusSeconds(terms.rules().minimumNoticeMinutes() * 60L);
  }

  private LocalDate latestDate(Instant now) {
    return LocalDate.ofInstant(now, terms.zone()).plusDays(terms.rules().bookingWindowDays());
  }

  /** The last day that starts at or before a minute, or -1. */
  private int dayAt(long minute) {
    int low = 0;
    int high = days.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (days.get(middle).startMinute() <= minute) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  private boolean isFollowed(int index) {
    return index + 1 < days.size()
        && days.get(index + 1).date().equals(days.get(index).date().plusDays(1));
  }

  /** The first minute at or after an instant that is a whole number of steps into the day. */
  private static long firstStep(CalendarDay day, Instant from, int stepMinutes) {
    long passed = Math.max(0, ceilingMinute(from) - day.startMinute());
    return day.startMinute() + Math.ceilDiv(passed, stepMinutes) * stepMinutes;
  }

  private static int slot(CalendarDay day, long minute) {
    return (int) ((minute - day.startMinute()) / day.slotMinutes());
  }

  private static void checkQuestion(Instant from, Instant to) {
    long days = Math.ceilDiv(Duration.between(from, to).toMinutes(), CalendarDay.MINUTES_PER_DAY);
    new Checks().range("days", days, 0, MAXIMUM_QUESTION_DAYS).done();
  }

  private static Instant instant(long minute) {
    return Instant.ofEpochSecond(minute * 60);
  }

  private static long minute(Instant instant) {
    return Math.floorDiv(instant.getEpochSecond(), 60L);
  }

  private static long ceilingMinute(Instant instant) {
    return minute(instant) + (isWholeMinute(instant) ? 0 : 1);
  }

  private static boolean isWholeMinute(Instant instant) {
    return instant.getNano() == 0 && instant.getEpochSecond() % 60 == 0;
  }
}
