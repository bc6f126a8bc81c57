package dev.ekiden.engine.store;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Completion of an attempt in its handler's own transaction.
 *
 * <p>The mark is set on the row of the attempt and its lock is kept until the handler's transaction
 * ends. So:
 *
 * <ul>
 *   <li>recovery, then completion: the row is gone, or has another attempt, and the completion is
 *       refused; the effect must be rolled back;
 *   <li>completion, then recovery: recovery passes the locked row by and looks again later; after
 *       the commit it finds the mark and the job SUCCEEDED, after a roll-back it gives the job to
 *       others;
 *   <li>cancel, then completion: refused; completion, then cancel: the cancel waits and comes too
 *       late;
 *   <li>a new epoch of the group waits for completions under way, and later ones are refused.
 * </ul>
 */
public final class CompletionTable {

  /** Why a completion does not count. */
  public enum Refusal {
    /** Its job has ended, or another attempt of it runs. */
    GONE,
    /** Somebody asked to cancel it. */
    CANCELED,
    /** It was completed before. */
    COMPLETED,
    /** Its group has a new epoch. */
    EPOCH
  }

  private static final String HAS_IDENTITY = "SELECT to_regclass('ekiden.identity') IS NOT NULL";

  // The id alone would be that of every database made from the same template.
  private static final String IDENTITY =
      """
      SELECT CAST(id AS text) || '/'
             || (SELECT CAST(oid AS text) FROM pg_database WHERE datname = current_database())
      FROM ekiden.identity
      """;

  private static final String IS_READ_COMMITTED =
      "SELECT current_setting('transaction_isolation') = 'read committed'";

  private static final String COMPLETE =
      """
      UPDATE ekiden.running
      SET completed = true,
          completed_result = CAST(:result AS json),
          started_at = COALESCE(started_at, (SELECT ekiden.engine_now()))
      WHERE id = :id
        AND attempt = :attempt
        AND worker_id = :worker_id
        AND NOT completed
        AND NOT cancel_requested
        AND COALESCE(group_epoch, 0) = :epoch
      """;

  private static final String EPOCH =
      """
      SELECT COALESCE((SELECT epoch FROM ekiden.job_group WHERE id = :group_id), 1)
      """;

  private static final String WHY_NOT =
      """
      SELECT CASE WHEN completed THEN 'COMPLETED'
                  WHEN cancel_requested THEN 'CANCELED'
                  ELSE 'EPOCH' END
      FROM ekiden.running
      WHERE id = :id AND attempt = :attempt AND worker_id = :worker_id
      """;

  private CompletionTable() {}

  /** What tells the database of a connection from all others; empty if it is none of an engine. */
  public static Optional<String> identity(Handle handle) {
    return handle.createQuery(HAS_IDENTITY).mapTo(Boolean.class).one()
        ? Optional.of(handle.createQuery(IDENTITY).mapTo(String.class).one())
        : Optional.empty();
  }

  /** Whether each statement of the transaction sees what was committed before it. */
  public static boolean isReadCommitted(Handle handle) {
    return handle.createQuery(IS_READ_COMMITTED).mapTo(Boolean.class).one();
  }

  /**
   * Marks an attempt as completed; answers why not if it cannot be.
   *
   * @param groupId of its job; 0 without one
   */
  public static Optional<Refusal> complete(
      Handle handle, AttemptRef ref, long groupId, @Nullable String result) {
    long epoch = 0;
    if (groupId != 0) {
      // Read by a statement of its own after the lock, so that it is the present one until we end.
      Gate.shareEpoch(handle, groupId);
      epoch = handle.createQuery(EPOCH).bind("group_id", groupId).mapTo(Long.class).one();
    }
    int marked =
        handle
            .createUpdate(COMPLETE)
            .bind("id", ref.jobId())
            .bind("attempt", ref.attempt())
            .bind("worker_id", ref.workerId())
            .bind("epoch", epoch)
            .bind("result", result)
            .execute();
    if (marked == 1) {
      return Optional.empty();
    }
    return Optional.of(
        handle
            .createQuery(WHY_NOT)
            .bind("id", ref.jobId())
            .bind("attempt", ref.attempt())
            .bind("worker_id", ref.workerId())
            .mapTo(Refusal.class)
            .findOne()
            .orElse(Refusal.GONE));
  }
}
