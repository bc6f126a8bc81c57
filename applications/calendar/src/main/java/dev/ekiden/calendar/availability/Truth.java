package dev.ekiden.calendar.availability;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything one needs to know to compute a plan's days: read in one snapshot, so that {@link
 * #version} tells exactly which state of the world it is.
 *
 * <p>{@code resources} are those of the space, kept in order of their ids; {@code occupations} are
 * those of their units, at least for the days to compute and a day plus the longest buffer around
 * them, in any order; {@code blocks} are those of the space and of its resources, for the same
 * time, in any order. Immutable.
 */
public record Truth(
    Venue venue,
    Space space,
    Plan plan,
    List<Resource> resources,
    List<Occupation> occupations,
    List<Block> blocks) {

  /** The most resources of one space. */
  public static final int MAXIMUM_RESOURCES = CalendarDay.MAXIMUM_RESOURCES;

  public Truth {
    resources = resources.stream().sorted(Comparator.comparingLong(Resource::id)).toList();
    occupations = List.copyOf(occupations);
    blocks = List.copyOf(blocks);
    Checks checks =
        new Checks()
            .that(
                space.venueId() == venue.id(),
                "space.venueId",
                space.venueId(),
                "must be venue's id")
            .that(
                plan.spaceId() == space.id(), "plan.spaceId", plan.spaceId(), "must be space's id")
            .range("resources.size", resources.size(), 1, MAXIMUM_RESOURCES);
    Set<Long> unitIds = new HashSet<>();
    for (Resource resource : resources) {
      for (ResourceUnit unit : resource.units()) {
        checks.that(unitIds.add(unit.id()), "resources.units.id", unit.id(), "must be unique");
      }
    }
    for (Occupation occupation : occupations) {
      boolean known = unitIds.contains(occupation.unitId());
      checks.that(known, "occupations.unitId", occupation.unitId(), "must be a unit of the space");
    }
    checks.done();
  }

  /** Without blocks. */
  public Truth(
      Venue venue, Space space, Plan plan, List<Resource> resources, List<Occupation> occupations) {
    this(venue, space, plan, resources, occupations, List.of());
  }

  /** The sum of the three versions: it rises with every change that could touch the plan. */
  public long version() {
    return venue.version() + space.version() + plan.version();
  }
}
