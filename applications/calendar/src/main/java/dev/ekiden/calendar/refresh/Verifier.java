package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.availability.CalendarDay;
import dev.ekiden.calendar.availability.CalendarDayCodec;
import dev.ekiden.calendar.availability.CorruptCalendarException;
import dev.ekiden.calendar.refresh.Verification.Difference;
import dev.ekiden.calendar.refresh.Verification.What;
import dev.ekiden.calendar.store.CachedCalendar;
import dev.ekiden.calendar.store.CachedDay;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares cached calendars with computed ones and keeps count. Confined to one verification. */
final class Verifier {

  private final List<Difference> differences = new ArrayList<>();
  private int plansChecked;
  private long daysChecked;
  private long daysWrong;
  private int plansMissing;
  private int plansBehind;

  /** Compares what was computed with what was cached in the same snapshot. */
  void compare(ComputedCalendars computed, List<CachedCalendar> cached) {
    Map<Long, CachedCalendar> cachedByPlan = new HashMap<>();
    cached.forEach(calendar -> cachedByPlan.put(calendar.planId(), calendar));
    for (CachedCalendar calendar : computed.calendars()) {
      plansChecked++;
      daysChecked += calendar.days().size();
      compare(calendar, cachedByPlan.get(calendar.planId()));
    }
    computed
        .failures()
        .forEach((planId, failure) -> {
          plansChecked++;
          add(planId, null, What.NOT_COMPUTABLE, String.valueOf(failure.getMessage()));
        });
  }

  Verification result() {
    return new Verification(
        plansChecked, daysChecked, daysWrong, plansMissing, plansBehind, differences);
  }

  private void compare(CachedCalendar computed, @Nullable CachedCalendar cached) {
    long planId = computed.planId();
    if (cached == null) {
      plansMissing++;
      add(planId, null, What.CALENDAR_MISSING, "The plan has no cached calendar.");
      return;
    }
    if (cached.truthVersion() < computed.truthVersion()) {
      plansBehind++;
    }
    if (!Arrays.equals(cached.terms(), computed.terms())) {
      add(planId, null, What.TERMS_DIFFERENT, "The cached rules, zone or price terms are others.");
    }
    Map<LocalDate, byte[]> contents = new HashMap<>();
    cached.days().forEach(day -> contents.put(day.day(), day.content()));
    for (CachedDay day : computed.days()) {
      byte[] content = contents.get(day.day());
      if (content == null) {
        daysWrong++;
        add(planId, day.day(), What.DAY_MISSING, "The day is not cached.");
      } else if (!Arrays.equals(content, day.content())) {
        daysWrong++;
        add(planId, day.day(), What.DAY_DIFFERENT, describe(content, day.content()));
      }
    }
  }

  private void add(long planId, @Nullable LocalDate day, What what, String text) {
    if (differences.size() < Verification.MAX_DIFFERENCES) {
      differences.add(new Difference(planId, Optional.ofNullable(day), what, text));
    }
  }

  private static String describe(byte[] cached, byte[] computed) {
    CalendarDay right = CalendarDayCodec.decode(computed);
    try {
      return firstDifference(CalendarDayCodec.decode(cached), right);
    } catch (CorruptCalendarException e) {
      return "The cached day is damaged: " + e.getMessage();
    }
  }

  private static String firstDifference(CalendarDay cached, CalendarDay right) {
    boolean sameSlots =
        cached.startMinute() == right.startMinute()
            && cached.slotMinutes() == right.slotMinutes()
            && cached.slots() == right.slots();
    if (!sameSlots) {
      return "The cached day has %d slots of %d minutes, the truth gives %d of %d."
          .formatted(cached.slots(), cached.slotMinutes(), right.slots(), right.slotMinutes());
    }
    for (int slot = 0; slot < right.slots(); slot++) {
      if (cached.price(slot) != right.price(slot)) {
        return "The slot at %s costs %d in the cache, %d by the truth."
            .formatted(right.slotStart(slot), cached.price(slot), right.price(slot));
      }
      if (!freeUnits(cached, slot).equals(freeUnits(right, slot))) {
        return "The slot at %s has the free units %s in the cache, %s by the truth."
            .formatted(right.slotStart(slot), freeUnits(cached, slot), freeUnits(right, slot));
      }
    }
    return "The bytes differ.";
  }

  /** The free units as {@code resource/unit}, both counted from 1. */
  private static List<String> freeUnits(CalendarDay day, int slot) {
    List<String> free = new ArrayList<>();
    for (int resource = 0; resource < day.resources().size(); resource++) {
      var units = day.resources().get(resource).units();
      for (int unit = 0; unit < units.size(); unit++) {
        if (units.get(unit).get(slot)) {
          free.add((resource + 1) + "/" + (unit + 1));
        }
      }
    }
    return free;
  }
}
