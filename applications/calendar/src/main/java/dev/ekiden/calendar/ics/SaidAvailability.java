package dev.ekiden.calendar.ics;

import biweekly.property.DateEnd;
import dev.ekiden.calendar.ics.EventSeries.Located;
import dev.ekiden.calendar.ics.VAvailability.Available;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one VAVAILABILITY says: in its time only the available times are free.
 *
 * @param uid names it
 * @param rank 1 overrides 2 and so on; without a priority it is the last
 * @param from when its time begins; {@link Instant#MIN} if it has always been
 * @param to when its time ends, the horizon at the latest
 * @param available in order, apart from each other
 */
record SaidAvailability(String uid, int rank, Instant from, Instant to, List<Period> available) {

  /** The rank of what has no priority, or priority 0, which is the same. */
  static final int LAST_RANK = 10;

  SaidAvailability {
    available = List.copyOf(available);
  }

  /**
   * Reads one.
   *
   * @param line where it begins
   * @throws BadEventException if it, or one of its parts, makes no sense
   */
  static SaidAvailability of(
      String uid, VAvailability availability, EventTimes times, int line, Instant horizon) {
    try {
      Instant from = start(availability, times);
      Instant to = end(availability, times, horizon);
      return new SaidAvailability(
          uid, rank(availability), from, to, available(availability, times, line, horizon));
    } catch (BadEventException e) {
      throw e.at(line);
    }
  }

  private static Instant start(VAvailability availability, EventTimes times) {
    return availability.getDateStart() == null
        ? Instant.MIN
        : new Occurrences(availability, times).start();
  }

  private static Instant end(VAvailability availability, EventTimes times, Instant horizon) {
    @Nullable Instant end = null;
    @Nullable DateEnd dateEnd = availability.getDateEnd();
    if (availability.getDateStart() == null) {
      if (dateEnd != null && dateEnd.getValue() != null) {
        end = times.instant("DTEND", dateEnd.getValue(), times.zone(dateEnd));
      }
    } else if (dateEnd != null || availability.getDuration() != null) {
      @Nullable Period whole = new Occurrences(availability, times).only();
      if (whole == null) {
        throw new BadEventException("DTEND", "", "must be after DTSTART");
      }
      end = whole.to();
    }
    return end == null || end.isAfter(horizon) ? horizon : end;
  }

  private static int rank(VAvailability availability) {
    @Nullable Integer priority =
        availability.getPriority() == null ? null : availability.getPriority().getValue();
    if (priority == null || priority == 0) {
      return LAST_RANK;
    }
    if (priority < 0 || priority >= LAST_RANK) {
      throw new BadEventException("PRIORITY", priority.toString(), "must be 0 to 9");
    }
    return priority;
  }

  /** Times that overlap or touch are one. */
  private static List<Period> available(
      VAvailability availability, EventTimes times, int line, Instant horizon) {
    Map<String, List<Located>> parts = new LinkedHashMap<>();
    int number = 0;
    for (Available part : availability.getComponents(Available.class)) {
      number++;
      // Some programs leave the UID out; then it is no change of another part.
      String name =
          part.getUid() == null || part.getUid().getValue() == null
              ? "part " + number
              : part.getUid().getValue();
      parts.computeIfAbsent(name, ignored -> new ArrayList<>()).add(new Located(part, times, line));
    }
    List<Period> all = new ArrayList<>();
    for (List<Located> versions : parts.values()) {
      // Also those that have passed: the last of them is where the busy time of now began.
      all.addAll(EventSeries.times(versions, Instant.MIN, horizon));
      if (all.size() > IcsLimits.MAXIMUM_AVAILABLE_TIMES) {
        throw new BadEventException(
            "AVAILABLE",
            "",
            "must have at most %d times until %s"
                .formatted(IcsLimits.MAXIMUM_AVAILABLE_TIMES, horizon));
      }
    }
    all.sort(Comparator.comparing(Period::from));
    List<Period> joined = new ArrayList<>();
    for (Period period : all) {
      if (joined.isEmpty() || joined.getLast().to().isBefore(period.from())) {
        joined.add(period);
      } else if (joined.getLast().to().isBefore(period.to())) {
        joined.add(new Period(joined.removeLast().from(), period.to()));
      }
    }
    return joined;
  }

  boolean covers(Instant at) {
    return !at.isBefore(from) && at.isBefore(to);
  }
}
