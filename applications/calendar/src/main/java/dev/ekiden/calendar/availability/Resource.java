package dev.ekiden.calendar.availability;

import java.util.Comparator;
import java.util.List;

/**
 * What a space uses up: a booking occupies one and the same unit of each of its resources from its
 * first to its last minute. Units are kept in order of their numbers, which are unique. Immutable.
 */
public record Resource(long id, String code, String name, List<ResourceUnit> units) {

  /** The most units of one resource. */
  public static final int MAXIMUM_UNITS = CalendarDay.MAXIMUM_UNITS;

  public Resource {
    units = units.stream().sorted(Comparator.comparingInt(ResourceUnit::number)).toList();
    long numbers = units.stream().mapToInt(ResourceUnit::number).distinct().count();
    new Checks()
        .notNegative("id", id)
        .code("code", code)
        .name("name", name)
        .range("units.size", units.size(), 1, MAXIMUM_UNITS)
        .that(numbers == units.size(), "units", units.size(), "must have numbers of their own")
        .done();
  }
}
