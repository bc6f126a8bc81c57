package dev.ekiden.calendar.availability;

import java.util.List;

/** Finds the units of a resource that a booking with its plan's buffers could take. */
final class UnitChoice {

  private UnitChoice() {}

  /**
   * The free units for a booking of {@code [from, to)} in minutes since 1970, lowest number first.
   */
  static List<ResourceUnit> freeUnits(Truth truth, Resource resource, long from, long to) {
    BookingRules rules = truth.plan().rules();
    long occupiedFrom = from - rules.bufferBeforeMinutes();
    long occupiedTo = to + rules.bufferAfterMinutes();
    return resource.units().stream()
        .filter(unit -> isFree(truth, unit.id(), occupiedFrom, occupiedTo))
        .toList();
  }

  private static boolean isFree(Truth truth, long unitId, long from, long to) {
    for (Occupation occupation : truth.occupations()) {
      if (occupation.unitId() == unitId
          && CalendarCalculator.floorMinute(occupation.from()) < to
          && from < CalendarCalculator.ceilingMinute(occupation.to())) {
        return false;
      }
    }
    return true;
  }
}
