package dev.ekiden.calendar.availability;

/** One of the things that a booking occupies, such as seat 3; numbers start at 1. Immutable. */
public record ResourceUnit(long id, int number) {

  public ResourceUnit {
    new Checks().notNegative("id", id).range("number", number, 1, Resource.MAXIMUM_UNITS).done();
  }
}
