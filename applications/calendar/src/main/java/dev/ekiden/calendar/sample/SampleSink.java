package dev.ekiden.calendar.sample;

import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Venue;

/**
 * Takes what {@link SampleData} generates: each venue, then each of its spaces, each space followed
 * by its plans and then by the reservations of those plans. Ids count from 1 within the sample;
 * parents are passed along, so that a writer of files needs no memory.
 */
public interface SampleSink {

  void venue(Venue venue);

  /** The space has one resource of its own with so many units. */
  void space(Venue venue, Space space, int units);

  void plan(Space space, Plan plan);

  void reservation(Plan plan, SampleReservation reservation);
}
