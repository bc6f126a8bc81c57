package dev.ekiden.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A moment in the life of a job.
 *
 * @param kind what happened
 * @param at when; never before the event that precedes it
 * @param attempt the attempt it belongs to, 0 if to none
 * @param worker the worker that had it, if any
 * @param reason why, where there is a reason: class of an exception, or one of the engine's own
 *     such as {@code timeout}
 */
public record JobEvent(
    Kind kind, Instant at, int attempt, @Nullable Long worker, @Nullable String reason) {

  /** What happens to jobs. */
  public enum Kind {
    ENQUEUED,
    /** A worker took it. */
    CLAIMED,
    /** Its handler began. */
    STARTED,
    /** An attempt failed, and the job is tried again. */
    RETRIED,
    /** A draining worker gave it back. */
    RETURNED,
    /** Its worker died. */
    LOST,
    SUCCEEDED,
    FAILED,
    CANCELED;

    /** True when the job stands still after it, unless somebody runs it again. */
    public boolean isEnd() {
      return this == SUCCEEDED || this == FAILED || this == CANCELED;
    }
  }

  /** All that is known of a job's life, in order. */
  static List<JobEvent> of(Job job, List<Attempt> attempts) {
    List<JobEvent> events = new ArrayList<>();
    String origin = job.cloneOf() == null ? null : "clone of " + job.cloneOf();
    events.add(new JobEvent(Kind.ENQUEUED, job.createdAt(), 0, null, origin));
    for (Attempt attempt : attempts) {
      add(events, Kind.CLAIMED, attempt.claimedAt(), attempt, null);
      if (attempt.startedAt() != null) {
        add(events, Kind.STARTED, attempt.startedAt(), attempt, null);
      }
      if (attempt.outcome() != null && attempt.endedAt() != null) {
        Kind kind = Kind.valueOf(attempt.outcome().name());
        add(events, kind, attempt.endedAt(), attempt, attempt.errorType());
      }
    }
    if (job.finishedAt() != null && isEndMissing(events, job)) {
      // It ended while it waited: canceled, too late, or as the one that absorbed it.
      String reason =
          job.coalescedInto() == null ? job.errorType() : "coalesced into " + job.coalescedInto();
      Kind kind = Kind.valueOf(job.state().name());
      events.add(new JobEvent(kind, later(events, job.finishedAt()), 0, null, reason));
    }
    return events;
  }

  private static boolean isEndMissing(List<JobEvent> events, Job job) {
    JobEvent last = events.getLast();
    return !last.kind().name().equals(job.state().name()) || last.at().isBefore(job.finishedAt());
  }

  private static void add(
      List<JobEvent> events, Kind kind, Instant at, Attempt of, @Nullable String reason) {
    events.add(new JobEvent(kind, later(events, at), of.number(), of.worker(), reason));
  }

  /** Clocks of database and worker may differ a little; what follows is never told as earlier. */
  private static Instant later(List<JobEvent> events, Instant at) {
    Instant last = events.getLast().at();
    return at.isBefore(last) ? last : at;
  }
}
