package dev.ekiden.calendar.booking;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who occupies which units when, in memory, while the spaces are locked. Periods of one unit do not
 * overlap. Confined to one thread.
 */
final class UnitPeriods {

  /** Half-open, buffers included. */
  record Period(Instant from, Instant to, String reservation) {}

  private final Map<Long, TreeMap<Instant, Period>> units = new HashMap<>();

  void add(long unitId, Period period) {
    units.computeIfAbsent(unitId, id -> new TreeMap<>()).put(period.from(), period);
  }

  /** Takes the reservation off the unit, if it is the one that begins there then. */
  void remove(long unitId, Period period) {
    TreeMap<Instant, Period> periods = units.get(unitId);
    if (periods != null) {
      periods.remove(period.from(), period);
    }
  }

  /** Something that overlaps {@code [from, to)}, if there is anything. */
  Optional<Period> overlapping(long unitId, Instant from, Instant to) {
    @Nullable TreeMap<Instant, Period> periods = units.get(unitId);
    if (periods == null) {
      return Optional.empty();
    }
    return Optional.ofNullable(periods.lowerEntry(to))
        .map(Map.Entry::getValue)
        .filter(period -> period.to().isAfter(from));
  }
}
