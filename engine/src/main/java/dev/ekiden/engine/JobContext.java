package dev.ekiden.engine;

import java.sql.Connection;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a handler can know and do about its own attempt. Safe to use from several threads. */
public interface JobContext {
  /** Id of the job. */
  long jobId();

  /** Number of this start of the job, from 1; grows with every start and fences older ones. */
  int attempt();

  /** Failures before this attempt. */
  int failures();

  /** Name of the job's definition. */
  String definition();

  /** Name of the queue the job came from. */
  String queue();

  /**
   * Keeps a line with the attempt. Lines become visible within about a second; beyond {@link
   * Engine#MAX_LOG_BYTES} per attempt the middle is dropped and marked.
   */
  default void log(String line) {
    log(Instant.now(), line);
  }

  /** {@link #log(String)} for a line that was written elsewhere, at another time. */
  void log(Instant time, String line);

  /** {@link #log(String)} with {@link String#formatted}. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of every user
  default void log(String format, Object... arguments) {
    log(format.formatted(arguments));
  }

  /**
   * The place of this job among the children of its {@linkplain ArrayRequest array job}, from 0;
   * empty if it is none. Asks the database: not to be called on a thread that is inside {@link
   * Engine#transaction}.
   */
  Optional<Integer> arrayIndex();

  /** Largest state that a job keeps, in bytes. */
  int MAX_CHECKPOINT_BYTES = 1_048_576;

  /**
   * Keeps a state for later attempts of this job, in place of the one before; it is gone when the
   * job has ended. Committed at once, in a transaction of its own: not to be called on a thread
   * that is inside {@link Engine#transaction}.
   *
   * @param state at most {@link #MAX_CHECKPOINT_BYTES}
   * @throws InvalidRequestException when it is too large
   * @throws ConflictException ({@link ErrorCode#JOB_STATE}) when the job is no longer this
   *     attempt's
   */
  void checkpoint(byte[] state);

  /** The state that an attempt of this job kept last, an earlier one or this one. */
  Optional<byte[]> checkpoint();

  /** {@link #completeIn(Connection, Object)} without a result. */
  default void completeIn(Connection connection) {
    completeIn(connection, null);
  }

  /**
   * Completes the job in the caller's open transaction, so that its effect and the job's success
   * commit as one. The handler then commits and returns; what it returns is ignored, and so is what
   * it throws after the commit. If it returns and the transaction was not committed, the attempt
   * has failed and is tried again as the retry policy says. Until the transaction ends, nobody can
   * take the job away, cancel it, or begin a new epoch of its group.
   *
   * <p>When this throws, the effect must be rolled back.
   *
   * <p>If the process is stopped, or cut off, in the middle of the transaction, others get the job
   * when PostgreSQL ends that: {@code SET LOCAL idle_in_transaction_session_timeout} says when.
   *
   * @param connection of the engine's database, not in autocommit mode; READ COMMITTED if the job
   *     belongs to a group
   * @param result kept with the job, at most {@link Engine#MAX_RESULT_BYTES} as JSON
   * @throws ConflictException ({@link ErrorCode#JOB_STATE}) when the job was canceled, was
   *     completed already, or is no longer this attempt's
   * @throws InvalidRequestException when the connection is of another database, or the result
   *     cannot be kept
   * @throws IllegalArgumentException when the connection is in autocommit mode
   */
  void completeIn(Connection connection, @Nullable Object result);

  /**
   * True once somebody asked to cancel the job or its time ran out; the thread is interrupted too.
   */
  boolean isStopRequested();

  /** Why a handler is asked to stop. */
  enum Stop {
    /** It ran longer than its definition's timeout. */
    TIMEOUT,
    /** Somebody canceled the job. */
    CANCEL,
    /** Its worker ends; the job goes to another one, which is no failure. */
    DRAIN,
    /** Its worker lost its lease: others have the job, and the end of this attempt is refused. */
    FENCED
  }

  /**
   * Why the handler is asked to stop, the first reason if there were several; empty if it is not.
   */
  Optional<Stop> stopReason();

  /**
   * Whether the job is still this attempt's, asked of the database: false when the worker was taken
   * for dead and others have the job. Before an effect that must not come twice. Not to be called
   * on a thread that is inside {@link Engine#transaction}.
   */
  boolean isCurrent();
}
