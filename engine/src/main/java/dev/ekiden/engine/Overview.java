package dev.ekiden.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How everything stands.
 *
 * @param at when it was looked, by the engine's clock
 * @param queues by name
 * @param workers that hold a lease
 * @param attention what somebody should look at, the gravest first
 */
public record Overview(
    Instant at, List<QueueNow> queues, List<WorkerSummary> workers, List<Attention> attention) {
  /** Over how long counts are summed. */
  public static final Duration RECENT = Duration.ofMinutes(10);

  /** Most things of one kind that are told. */
  public static final int MAX_OF_A_KIND = 20;

  public Overview {
    queues = List.copyOf(queues);
    workers = List.copyOf(workers);
    attention = List.copyOf(attention);
  }

  /** A queue and what happened in it within {@link #RECENT}. */
  public record QueueNow(
      QueueSummary queue, long enqueued, long succeeded, long failed, long retried) {}

  /** What something needs attention for. */
  public enum Kind {
    /** READY jobs that no live worker can run. */
    NO_WORKER,
    /** A worker did not renew its lease in time, or lost it within {@link #RECENT}. */
    WORKER_SILENT,
    /** At least one attempt in ten failed for good within {@link #RECENT}. */
    FAILURES,
    /** The last job of a schedule failed. */
    SCHEDULE_FAILING,
    /** The last firing of a schedule was missed. */
    SCHEDULE_MISSED,
    /** A paused queue. */
    QUEUE_PAUSED,
    /** A group that is held. */
    GROUP_HELD,
    /** A SERIAL key that stopped because its job failed. */
    KEY_HELD,
    /** A limit that jobs wait for. */
    LIMIT
  }

  /** What a thing that needs attention is. */
  public enum Subject {
    QUEUE,
    DEFINITION,
    GROUP,
    SCHEDULE,
    WORKER,
    JOB
  }

  /**
   * Something to look at.
   *
   * @param subject what {@code name} is the name or id of
   * @param text why, in words
   */
  public record Attention(Kind kind, Subject subject, String name, String text) {}
}
