package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;

import dev.ekiden.calendar.availability.Block;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Occupation;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.ResourceUnit;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Venue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Reads the truth of many plans with nine statements, however many plans there are. Plans of one
 * space share its records. Stateless, safe for use by many threads.
 */
public final class TruthReader {

  /**
   * Added to both ends of the days asked for: a day of the venue's clock may begin 18 hours off
   * UTC's, a range of hours may reach a day further, and a buffer up to {@link
   * BookingRules#MAXIMUM_BUFFER_MINUTES}.
   */
  private static final Duration MARGIN =
      Duration.ofHours(18).plusDays(1).plusMinutes(BookingRules.MAXIMUM_BUFFER_MINUTES);

  /**
   * The truths of those plans that exist, by plan id, with the occupations and blocks that could
   * matter to the days {@code from} to {@code to}, both included.
   *
   * @param handle a snapshot ({@code Database.inSnapshot}), so that {@link Truth#version} tells
   *     exactly which truth this is; or a transaction that holds the locks of a booking
   */
  public Map<Long, Truth> read(
      Handle handle, Collection<Long> planIds, LocalDate from, LocalDate to) {
    Map<Long, Plan> plans = TruthTables.PLANS.read(handle, planIds);
    Set<Long> spaceIds = new LinkedHashSet<>(column(plans.values(), Plan::spaceId));
    Map<Long, Space> spaces = TruthTables.SPACES.read(handle, spaceIds);
    Set<Long> venueIds = new LinkedHashSet<>(column(spaces.values(), Space::venueId));
    Map<Long, Venue> venues = TruthTables.VENUES.read(handle, venueIds);
    Map<Long, List<Resource>> resources = ResourceTable.read(handle, spaceIds);
    Instant earliest = from.atStartOfDay().toInstant(ZoneOffset.UTC).minus(MARGIN);
    Instant latest = to.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC).plus(MARGIN);
    Map<Long, List<Occupation>> occupations = occupations(handle, resources, earliest, latest);
    Map<Long, List<Block>> blocks = BlockTable.read(handle, spaceIds, earliest, latest);
    Map<Long, Truth> truths = new LinkedHashMap<>();
    for (Plan plan : plans.values()) {
      Space space = Rows.of(spaces, plan.spaceId());
      truths.put(
          plan.id(),
          new Truth(
              Rows.of(venues, space.venueId()),
              space,
              plan,
              resources.getOrDefault(space.id(), List.of()),
              occupations.getOrDefault(space.id(), List.of()),
              blocks.getOrDefault(space.id(), List.of())));
    }
    return truths;
  }

  /** Occupations by space: one of a shared unit belongs to each space that uses it. */
  private static Map<Long, List<Occupation>> occupations(
      Handle handle, Map<Long, List<Resource>> resources, Instant from, Instant to) {
    Map<Long, List<Long>> spacesByUnit = new LinkedHashMap<>();
    resources.forEach((spaceId, ofSpace) -> {
      for (Resource resource : ofSpace) {
        for (ResourceUnit unit : resource.units()) {
          spacesByUnit.computeIfAbsent(unit.id(), id -> new ArrayList<>()).add(spaceId);
        }
      }
    });
    Map<Long, List<Occupation>> occupations = new HashMap<>();
    for (Occupation occupation : OccupationTable.read(handle, spacesByUnit.keySet(), from, to)) {
      for (long spaceId : spacesByUnit.getOrDefault(occupation.unitId(), List.of())) {
        occupations.computeIfAbsent(spaceId, id -> new ArrayList<>()).add(occupation);
      }
    }
    return occupations;
  }
}
