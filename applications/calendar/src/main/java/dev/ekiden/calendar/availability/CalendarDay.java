package dev.ekiden.calendar.availability;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * What is free on one local day of a plan, and what each slot costs: the cached truth of that day.
 *
 * <p>Slots are {@code slotMinutes} long (the greatest common divisor of unit and start alignment)
 * and counted from {@code startMinute}, the instant at which the local day starts, in minutes since
 * 1970. A day has as many slots as fit into it: 92, 96 or 100 quarter hours where the clocks change
 * by an hour. What is left of a day that is no multiple of the slot is not bookable.
 *
 * <p>A slot {@code [t, t+u)} is free on a unit iff the space is open and rentable throughout, the
 * plan is published, the slot has a price, and {@code [t−b, t+u+a)} with the plan's buffers misses
 * every occupied range of the unit. The union of those ranges over the slots of a booking {@code
 * [s, e)} is {@code [s−b, e+a)}; so the booking fits a unit iff all its slots are free on that
 * unit, and one bit per slot and unit is exact.
 *
 * <p>Prices are run-length coded over all slots of the day, bookable or not. Immutable.
 */
public record CalendarDay(
    LocalDate date,
    long startMinute,
    int slotMinutes,
    int slots,
    List<ResourceDay> resources,
    List<PriceRun> prices) {

  /** The free slots of one resource, unit by unit in the order of the units' numbers. */
  public record ResourceDay(List<SlotBits> units) {
    public ResourceDay {
      units = List.copyOf(units);
    }
  }

  /** A number of slots in a row that cost the same each; {@link #NO_PRICE} if none is set. */
  public record PriceRun(int slots, long amount) {}

  /** The most resources of a day, and so of a space. */
  public static final int MAXIMUM_RESOURCES = 16;

  /** The most units of one resource. */
  public static final int MAXIMUM_UNITS = 100;

  static final int MINUTES_PER_DAY = 1440;

  /** The amount of slots that no price rule matches. */
  public static final long NO_PRICE = -1;

  public CalendarDay {
    resources = List.copyOf(resources);
    prices = List.copyOf(prices);
  }

  /** The instant at which the last whole slot ends, in minutes since 1970. */
  public long endMinute() {
    return startMinute + (long) slots * slotMinutes;
  }

  public Instant slotStart(int slot) {
    return Instant.ofEpochSecond((startMinute + (long) slot * slotMinutes) * 60);
  }

  /** What one slot costs, or {@link #NO_PRICE}. */
  public long price(int slot) {
    int first = 0;
    for (PriceRun run : prices) {
      if (slot < first + run.slots()) {
        return run.amount();
      }
      first += run.slots();
    }
    return NO_PRICE;
  }

  /** The sum of the prices of {@code [from, to)}; those slots must have prices. */
  public long sum(int from, int to) {
    long sum = 0;
    int first = 0;
    for (PriceRun run : prices) {
      int last = first + run.slots();
      int common = Math.min(to, last) - Math.max(from, first);
      if (common > 0) {
        sum += common * run.amount();
      }
      first = last;
    }
    return sum;
  }
}
