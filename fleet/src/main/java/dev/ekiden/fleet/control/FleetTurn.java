package dev.ekiden.fleet.control;

import java.time.Duration;

/**
 * How long a turn of the {@link FleetController} took that had fleets to keep.
 *
 * @param number 1 for the first one of this controller
 * @param look asking launchers and the database
 * @param decide without asking anybody
 * @param write what was decided; next to nothing where nothing changed
 * @param act launches, signals, removals, and noting them
 */
public record FleetTurn(long number, Duration look, Duration decide, Duration write, Duration act) {
  /** All of it. */
  public Duration total() {
    return look.plus(decide).plus(write).plus(act);
  }
}
