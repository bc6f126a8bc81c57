package dev.ekiden.calendar.availability;

import dev.ekiden.calendar.availability.CalendarDay.PriceRun;
import dev.ekiden.calendar.availability.PriceDays.Any;
import dev.ekiden.calendar.availability.PriceDays.InSpecialPeriod;
import dev.ekiden.calendar.availability.PriceDays.OnDays;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Prices the slots of a plan's days. Not thread-safe: it keeps a scratch array. */
final class SlotPrices {

  private static final int ANY = 1;
  private static final int WEEKDAY = 2;
  private static final int HOLIDAY = 3;
  private static final int SPECIAL = 4;
  private static final int NO_MATCH = 0;

  private final List<PriceRule> rules;
  private final int slotMinutes;
  private final long[] slotAmounts;
  private final int[] localMinutes = new int[SlotBits.SIZE];

  SlotPrices(Plan plan) {
    rules = plan.prices().rules();
    slotMinutes = plan.rules().slotMinutes();
    slotAmounts = rules.stream().mapToLong(this::slotAmount).toArray();
  }

  /** Rounded half up. */
  private long slotAmount(PriceRule rule) {
    return (rule.amountPerHour() * slotMinutes + 30) / 60;
  }

  /** The amount of each slot of a day, or {@link CalendarDay#NO_PRICE}. */
  long[] of(LocalDay day, LocalDay before, int slots) {
    localMinutes(day, slots);
    long[] amounts = new long[slots];
    Arrays.fill(amounts, CalendarDay.NO_PRICE);
    // From the least to the most specific and from last to first: who paints last wins.
    for (int level = ANY; level <= SPECIAL; level++) {
      for (int index = rules.size() - 1; index >= 0; index--) {
        PriceRule rule = rules.get(index);
        TimeRange time = rule.time();
        if (level(rule.days(), day) == level) {
          paint(amounts, time.startMinute(), time.endMinute(), slotAmounts[index]);
        }
        if (time.passesMidnight() && level(rule.days(), before) == level) {
          paint(amounts, 0, time.endMinute() - TimeRange.MINUTES_PER_DAY, slotAmounts[index]);
        }
      }
    }
    return amounts;
  }

  /** Equal neighbours joined. */
  static List<PriceRun> runs(long[] amounts) {
    List<PriceRun> runs = new ArrayList<>(4);
    int start = 0;
    for (int slot = 1; slot <= amounts.length; slot++) {
      if (slot == amounts.length || amounts[slot] != amounts[start]) {
        runs.add(new PriceRun(slot - start, amounts[start]));
        start = slot;
      }
    }
    return runs;
  }

  private void paint(long[] amounts, int from, int to, long amount) {
    for (int slot = 0; slot < amounts.length; slot++) {
      if (from <= localMinutes[slot] && localMinutes[slot] < to) {
        amounts[slot] = amount;
      }
    }
  }

  private static int level(PriceDays days, LocalDay day) {
    return switch (days) {
      case Any() -> ANY;
      case OnDays(var kinds) when day.holiday() && kinds.contains(DayKind.HOLIDAY) -> HOLIDAY;
      case OnDays(var kinds) -> kinds.contains(day.weekday()) ? WEEKDAY : NO_MATCH;
      case InSpecialPeriod(var name) -> {
        SpecialPeriod special = day.special();
        yield special != null && special.name().equals(name) ? SPECIAL : NO_MATCH;
      }
    };
  }

  /** The wall-clock minute at which each slot starts. */
  private void localMinutes(LocalDay day, int slots) {
    boolean plain = day.endMinute() - day.startMinute() == TimeRange.MINUTES_PER_DAY;
    ZoneId zone = day.zone();
    for (int slot = 0; slot < slots; slot++) {
      int elapsed = slot * slotMinutes;
      localMinutes[slot] =
          plain
              ? elapsed
              : Instant.ofEpochSecond((day.startMinute() + elapsed) * 60)
                      .atZone(zone)
                      .toLocalTime()
                      .toSecondOfDay()
                  / 60;
    }
  }
}
