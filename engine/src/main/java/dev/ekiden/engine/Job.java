package dev.ekiden.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as it stood when it was read.
 *
 * @param id its number; later jobs have higher ones
 * @param definition name of its definition
 * @param queue name of its queue
 * @param state where it stood
 * @param priority 0 (last) to 9 (first)
 * @param key text of its COALESCE or UNIQUE key
 * @param keyKind which kind of key, null without one
 * @param payload the payload as JSON text
 * @param createdAt when it was enqueued
 * @param runAt when it is due, in state SCHEDULED only
 * @param attempt number of its latest attempt, 0 before the first
 * @param failures failures its retry policy has counted
 * @param losses how often a worker died under it
 * @param blocked why it is BLOCKED, in that state only
 * @param blocker the job it waits for or was absorbed by, if any
 * @param worker the worker that runs it or ran it last
 * @param claimedAt when its latest attempt was claimed
 * @param startedAt when its latest attempt's handler started, null if it has not
 * @param finishedAt when it ended
 * @param result the result as JSON text
 * @param errorType class of the exception that failed it, or a reason of the engine's own such as
 *     {@code worker-lost}, {@code timeout}
 * @param error the message and stack of that exception, at most {@link Engine#MAX_ERROR_LENGTH}
 * @param coalescedInto the job as which it ended, when it was absorbed
 * @param group the tenant it belongs to, if any
 * @param startBefore when it is too late to start it, if ever
 * @param cloneOf the job it was cloned from, if any
 * @param parent the array job it is a child of, if any
 * @param arrayIndex its place among the children, from 0, if it is one
 */
public record Job(
    long id,
    String definition,
    String queue,
    JobState state,
    int priority,
    @Nullable String key,
    @Nullable KeyKind keyKind,
    String payload,
    Instant createdAt,
    @Nullable Instant runAt,
    int attempt,
    int failures,
    int losses,
    @Nullable BlockedReason blocked,
    @Nullable Long blocker,
    @Nullable Long worker,
    @Nullable Instant claimedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable String result,
    @Nullable String errorType,
    @Nullable String error,
    @Nullable Long coalescedInto,
    @Nullable String group,
    @Nullable Instant startBefore,
    @Nullable Long cloneOf,
    @Nullable Long parent,
    @Nullable Integer arrayIndex) {

  /** Kind of key a job carries. */
  public enum KeyKind {
    COALESCE,
    UNIQUE,
    SERIAL,
    /** A SERIAL key that stops when one of its jobs has FAILED. */
    SERIAL_HOLD,
    LIMIT;

    /** Whether jobs of the key run one at a time and in order. */
    public boolean isSerial() {
      return this == SERIAL || this == SERIAL_HOLD;
    }
  }

  /** Why a job is BLOCKED. */
  public enum BlockedReason {
    /** Other jobs of its key run, or go before it. */
    KEY,
    /** A newer job of its COALESCE key runs, or ran, for it. */
    ABSORBED,
    /** As many jobs of its definition run as may. */
    LIMIT,
    /** It waits for other jobs to end. */
    DEPENDENCY,
    /** It is an array job whose children have not all ended. */
    CHILDREN,
    /** No live worker of its queue can run it. */
    NO_WORKER
  }
}
