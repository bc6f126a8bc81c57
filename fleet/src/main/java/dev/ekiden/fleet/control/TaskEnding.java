package dev.ekiden.fleet.control;

/** How the task of a worker ended. */
public enum TaskEnding {
  /** It was asked to go because it was not needed, and had finished what it had. */
  RETIRED,
  /** The place took its machine away. */
  RECLAIMED,
  /** It never became a worker: it could not be placed, or ended or was stopped before. */
  NOT_STARTED,
  /** It was stopped because it did not do what a worker does. */
  STOPPED,
  /** It ended by itself, with exit code 0, unasked. */
  EXITED,
  /** It ended by itself otherwise, unasked. */
  CRASHED,
  /** Nobody knows it any more. */
  LOST
}
