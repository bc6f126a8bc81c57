package dev.ekiden.engine;

import static dev.ekiden.engine.JobState.BLOCKED;
import static dev.ekiden.engine.JobState.CANCELED;
import static dev.ekiden.engine.JobState.FAILED;
import static dev.ekiden.engine.JobState.READY;
import static dev.ekiden.engine.JobState.RUNNING;
import static dev.ekiden.engine.JobState.SCHEDULED;
import static dev.ekiden.engine.JobState.SUCCEEDED;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The life of a job as one table: each constant is an event, the states it may be met in and the
 * states it may lead to. A move that is not in this table is a defect; the engine's tests watch
 * every row that enters or leaves a state and fail on a move that is missing here, and on a row
 * here that no test made happen.
 */
public enum JobTransition {
  /** A job is stored, to run at once, at a time, or, as an array job, when its children ended. */
  ENQUEUE(null, EnumSet.of(READY, SCHEDULED, BLOCKED), "enqueue"),
  /** Its time came, or somebody asked to run it now. */
  DUE(EnumSet.of(SCHEDULED), EnumSet.of(READY), "due"),
  /** A claim met it while its key or its definition was full, or while it waits for other jobs. */
  PARK(EnumSet.of(READY), EnumSet.of(BLOCKED), "key taken, limit reached, or waits for others"),
  /** What it waited for let go, or ended. */
  FREE(EnumSet.of(BLOCKED), EnumSet.of(READY), "what it waited for is over"),
  /** A claim ran a newer job of the same COALESCE key in its place. */
  ABSORB(EnumSet.of(READY, SCHEDULED), EnumSet.of(BLOCKED), "absorbed by a newer job"),
  /** The job that absorbed it ended; it ends the same way. Or its children have all ended. */
  SETTLE(
      EnumSet.of(BLOCKED),
      EnumSet.of(SUCCEEDED, FAILED, CANCELED),
      "absorbing job, or all children, ended"),
  /** A worker took it. A job in back-off is taken early when its COALESCE key runs anyway. */
  CLAIM(EnumSet.of(READY, SCHEDULED), EnumSet.of(RUNNING), "claim"),
  /** Its handler returned. */
  SUCCEED(EnumSet.of(RUNNING), EnumSet.of(SUCCEEDED), "succeed"),
  /** Its handler failed and the retry policy allows another attempt. */
  RETRY(EnumSet.of(RUNNING), EnumSet.of(SCHEDULED, READY), "fail, retry"),
  /** Its handler failed for the last time, or its worker died under it too often. */
  FAIL(EnumSet.of(RUNNING), EnumSet.of(FAILED), "fail for good"),
  /** Its worker drained, or was lost, before the attempt could end. */
  RETURN(EnumSet.of(RUNNING), EnumSet.of(READY), "worker drained or lost"),
  /** Somebody asked to stop it, its deadline passed, or it waited for others in vain. */
  CANCEL(EnumSet.of(SCHEDULED, BLOCKED, READY, RUNNING), EnumSet.of(CANCELED), "cancel"),
  /** Somebody asked to run an ended job again: a redrive. */
  REDRIVE(EnumSet.of(FAILED, CANCELED), EnumSet.of(READY, SCHEDULED), "redrive"),
  /** Somebody asked to run the failed children of an array job again. */
  REOPEN(EnumSet.of(FAILED), EnumSet.of(BLOCKED), "failed children run again");

  @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
  private final Set<JobState> from;

  @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
  private final Set<JobState> to;

  private final String label;

  JobTransition(@Nullable Set<JobState> from, Set<JobState> to, String label) {
    this.from = from == null ? Set.of() : Set.copyOf(from);
    this.to = Set.copyOf(to);
    this.label = label;
  }

  /**
   * States in which the event may happen; empty for {@link #ENQUEUE}, where there is no job yet.
   */
  public Set<JobState> from() {
    return from;
  }

  /** States the event may lead to. */
  public Set<JobState> to() {
    return to;
  }

  /** What the arrow says in the picture of ARCHITECTURE.md. */
  public String label() {
    return label;
  }

  /** Whether this event may take a job from one state to another. */
  public boolean allows(@Nullable JobState before, JobState after) {
    return (before == null ? from.isEmpty() : from.contains(before)) && to.contains(after);
  }
}
