package dev.ekiden.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a firing, or of several in a row that share their fate.
 *
 * @param outcome what became of it
 * @param reason why it did not simply fire, null when it did
 * @param detail the same in words where there is more to say, or null
 * @param firstDue when it was due, or the first of them
 * @param lastDue when the last of them was due; the same for one
 * @param firings how many they were
 * @param decidedAt when this was decided
 * @param job the job it enqueued, or null
 */
public record ScheduleFiring(
    Outcome outcome,
    @Nullable Reason reason,
    @Nullable String detail,
    Instant firstDue,
    Instant lastDue,
    long firings,
    Instant decidedAt,
    @Nullable Long job) {

  /** What became of it. */
  public enum Outcome {
    /** It enqueued a job. */
    FIRED,
    /** It waits for the job before to end. */
    WAITING,
    /** A rule of the schedule dropped it. */
    SKIPPED,
    /** It was not handled in time and not made up by a job of its own. */
    MISSED
  }

  /** Why it did not simply fire. */
  public enum Reason {
    /** The job of the firing before had not ended. */
    OVERLAP,
    /** {@link SchedulePolicy#MAX_BUFFERED} firings waited already. */
    BUFFER_FULL,
    /** Its day is no business day. */
    NO_BUSINESS_DAY,
    /** Nobody was there to run it when it was due. */
    NOT_RUN,
    /** There were more missed firings than are made up. */
    CATCH_UP_LIMIT,
    /** Its {@link SchedulePolicy#startBefore} had passed. */
    TOO_LATE,
    /** It happened on another day because its own is no business day. */
    MOVED
  }
}
