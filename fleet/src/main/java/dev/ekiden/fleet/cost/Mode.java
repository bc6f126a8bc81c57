package dev.ekiden.fleet.cost;

/** Ways to run the same jobs. */
public enum Mode {
  /** Workers of the job's size, as many as the busiest moment needs, for the whole time. */
  RESIDENT,
  /** A task of its own for each run, started when it is asked for. */
  COLD,
  /** A task of its own for each run, started ahead and waiting for it. */
  WARM,
  /** A call of a function for each run. */
  FUNCTION,
  /** Workers of the largest size for the whole time, whatever is asked for: the usual baseline. */
  ALWAYS_MAX
}
