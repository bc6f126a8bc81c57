package dev.ekiden.bench;

/** A part of a benchmark that can be asked for alone. */
interface Part {
  /** Name of the drain of plain jobs that others are compared with. */
  String PLAIN = "Ekiden";

  /** Adds the drains that it wants to be part of the rounds. */
  default void join(Burst burst) throws Exception {}

  /** Measures what is not a drain, and tells the figures; the rounds are over by now. */
  void tell(Burst burst, Figures figures) throws Exception;
}
