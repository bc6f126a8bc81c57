package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.Occupation;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.ResourceUnit;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Venue;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * When nobody can take a space: one of its resources has no free unit, or it is closed. Whose
 * bookings they are is not read, and times that touch become one. Stateless.
 */
public final class BusyTimes {

  /** A time {@code [from, to)}. */
  public record Busy(Instant from, Instant to) {}

  private BusyTimes() {}

  /**
   * The busy times of a space within {@code [from, to)}, in order and apart from each other. What
   * other calendars block is left out, so that two calendars which read each other do not keep
   * alive what both have long forgotten.
   */
  public static List<Busy> read(Handle handle, long spaceId, Instant from, Instant to) {
    Space space = Rows.of(TruthTables.SPACES.read(handle, List.of(spaceId)), spaceId);
    Venue venue =
        Rows.of(TruthTables.VENUES.read(handle, List.of(space.venueId())), space.venueId());
    List<Resource> resources =
        ResourceTable.read(handle, List.of(spaceId)).getOrDefault(spaceId, List.of());
    List<Long> units =
        resources.stream().flatMap(of -> of.units().stream()).map(ResourceUnit::id).toList();
    Map<Long, List<Occupation>> byUnit = new HashMap<>();
    OccupationTable.read(handle, units, from, to)
        .forEach(occupation ->
            byUnit.computeIfAbsent(occupation.unitId(), id -> new ArrayList<>()).add(occupation));
    List<Busy> busy = new ArrayList<>();
    resources.forEach(resource -> busy.addAll(allTaken(resource, byUnit)));
    space.closures().forEach(closure -> busy.add(closed(closure, venue.zone())));
    return joined(busy, from, to);
  }

  /** When every unit is taken; occupations of one unit never overlap. */
  private static List<Busy> allTaken(Resource resource, Map<Long, List<Occupation>> byUnit) {
    TreeMap<Instant, Integer> changes = new TreeMap<>();
    for (ResourceUnit unit : resource.units()) {
      for (Occupation occupation : byUnit.getOrDefault(unit.id(), List.of())) {
        changes.merge(occupation.from(), 1, Integer::sum);
        changes.merge(occupation.to(), -1, Integer::sum);
      }
    }
    List<Busy> busy = new ArrayList<>();
    int taken = 0;
    Instant since = Instant.MIN;
    for (Map.Entry<Instant, Integer> change : changes.entrySet()) {
      boolean wasFull = taken == resource.units().size();
      taken += change.getValue();
      boolean isFull = taken == resource.units().size();
      if (isFull && !wasFull) {
        since = change.getKey();
      } else if (wasFull && !isFull) {
        busy.add(new Busy(since, change.getKey()));
      }
    }
    return busy;
  }

  private static Busy closed(Closure closure, ZoneId zone) {
    return new Busy(
        closure.from().atZone(zone).toInstant(),
        closure.to().atZone(zone).withLaterOffsetAtOverlap().toInstant());
  }

  private static List<Busy> joined(List<Busy> busy, Instant from, Instant to) {
    List<Busy> joined = new ArrayList<>();
    busy.stream()
        .map(time ->
            new Busy(
                time.from().isBefore(from) ? from : time.from(),
                time.to().isAfter(to) ? to : time.to()))
        .filter(time -> time.from().isBefore(time.to()))
        .sorted(Comparator.comparing(Busy::from))
        .forEach(time -> {
          if (joined.isEmpty() || joined.getLast().to().isBefore(time.from())) {
            joined.add(time);
          } else if (joined.getLast().to().isBefore(time.to())) {
            joined.set(joined.size() - 1, new Busy(joined.getLast().from(), time.to()));
          }
        });
    return joined;
  }
}
