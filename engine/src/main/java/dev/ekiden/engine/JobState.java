package dev.ekiden.engine;

/** Where a job stands in its life. The moves between states are listed in {@link JobTransition}. */
public enum JobState {
  /** Waits for a time: a delay asked for, or the back-off after a failure. */
  SCHEDULED,
  /** May not run yet for a reason other than time: its key is taken, or a newer job absorbed it. */
  BLOCKED,
  /** May be claimed by any worker that can run its definition. */
  READY,
  /** Claimed by a worker, whether or not its handler has started. */
  RUNNING,
  /** Ended well. */
  SUCCEEDED,
  /** Ended after its last allowed attempt; counts as a dead letter of its queue until retried. */
  FAILED,
  /** Ended because somebody asked for it. */
  CANCELED;

  /** True when nothing more will happen to the job by itself. */
  public boolean isEnded() {
    return this == SUCCEEDED || this == FAILED || this == CANCELED;
  }
}
