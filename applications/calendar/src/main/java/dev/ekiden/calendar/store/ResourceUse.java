package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.ResourceUnit;
import java.util.List;

/**
 * That a space uses a resource, and how many units that resource has at least; the resource is made
 * where it does not exist, and grows where it has fewer. Spaces that use the same resource compete
 * for its units.
 *
 * @param code of the resource
 * @param units 1 to {@link Resource#MAXIMUM_UNITS}
 */
public record ResourceUse(String code, int units) {

  public ResourceUse {
    // A resource's own check of its code.
    new Resource(0, code, code, List.of(new ResourceUnit(0, 1)));
    if (units < 1 || units > Resource.MAXIMUM_UNITS) {
      throw new InvalidValueException(
          "units", Integer.toString(units), "must be between 1 and " + Resource.MAXIMUM_UNITS);
    }
  }

  /** The text of a CSV cell: {@code desk:10}. */
  public String text() {
    return code + ":" + units;
  }
}
