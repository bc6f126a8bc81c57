package dev.ekiden.server;

/** A demonstration of an application on a fresh database, with a server and workers running. */
@FunctionalInterface
public interface Demo {
  /**
   * Plays it and tells what was measured.
   *
   * @throws Exception when it could not be played; the command then fails with its message
   */
  DemoResult run(DemoContext context) throws Exception;

  /** Whether the server runs jobs itself while it is played; else they are left to fleets. */
  default boolean hasInlineWorkers() {
    return true;
  }
}
