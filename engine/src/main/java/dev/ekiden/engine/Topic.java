package dev.ekiden.engine;

/** What {@link Changes} tells apart. */
public enum Topic {
  /** Jobs were enqueued, or moved from one state to another. */
  JOBS,
  /** How queues stand, are paused or limited; changes whenever jobs do. */
  QUEUES,
  /** Schedules were changed, or fired. */
  SCHEDULES,
  /** Workers came or went. */
  WORKERS,
  /** Bulk operations began or went on. */
  BULK
}
