package dev.ekiden.fleet;

/**
 * The workers of one class, as observed.
 *
 * @param alive ready to work, busy or idle, neither starting nor draining
 * @param idle of those, without a job
 * @param starting asked for and not yet ready
 * @param draining finishing what they have, taking nothing more
 * @param started came up since the decision before
 * @param failedPlacements could not be placed, or did not come up, since the decision before
 */
public record Workers(
    int alive, int idle, int starting, int draining, int started, int failedPlacements) {
  /** Nobody. */
  public static final Workers NONE = new Workers(0, 0, 0, 0, 0, 0);

  public Workers {
    Checks.range("alive", alive, 0, Integer.MAX_VALUE);
    Checks.range("idle", idle, 0, alive);
    Checks.range("starting", starting, 0, Integer.MAX_VALUE);
    Checks.range("draining", draining, 0, Integer.MAX_VALUE);
    Checks.range("started", started, 0, Integer.MAX_VALUE);
    Checks.range("failed placements", failedPlacements, 0, Integer.MAX_VALUE);
  }

  /** Alive ones of which some are idle, and others on their way. */
  public static Workers of(int alive, int idle, int starting) {
    return new Workers(alive, idle, starting, 0, 0, 0);
  }

  public Workers withDraining(int count) {
    return new Workers(alive, idle, starting, count, started, failedPlacements);
  }

  public Workers withStarted(int count) {
    return new Workers(alive, idle, starting, draining, count, failedPlacements);
  }

  public Workers withFailedPlacements(int count) {
    return new Workers(alive, idle, starting, draining, started, count);
  }

  /** What counts towards the size of the fleet: alive or on its way. */
  public int present() {
    return alive + starting;
  }
}
