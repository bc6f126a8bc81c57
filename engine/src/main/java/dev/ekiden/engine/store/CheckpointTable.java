package dev.ekiden.engine.store;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * States that running jobs keep for their next attempts.
 *
 * <p>Saving locks the row of the attempt, shared: an attempt whose end is under way is waited for
 * and then refused, and an end that comes meanwhile passes by and is tried again. So no attempt
 * writes over what a later one has saved.
 */
public final class CheckpointTable {
  private static final String SAVE =
      """
      INSERT INTO ekiden.checkpoint (job_id, attempt, data, saved_at)
      SELECT id, attempt, :data, ekiden.engine_now()
      FROM ekiden.running
      WHERE id = :id AND attempt = :attempt AND worker_id = :worker_id
      FOR SHARE OF running
      ON CONFLICT (job_id) DO UPDATE
      SET attempt = excluded.attempt, data = excluded.data, saved_at = excluded.saved_at
      """;

  private static final String FIND = "SELECT data FROM ekiden.checkpoint WHERE job_id = :id";

  private static final String FORGET =
      """
      DELETE FROM ekiden.checkpoint
      WHERE job_id = ANY (ARRAY(
        SELECT job_id
        FROM ekiden.checkpoint
        WHERE NOT EXISTS (SELECT FROM ekiden.job WHERE job.id = checkpoint.job_id)
        LIMIT :max))
      """;

  private CheckpointTable() {}

  /** Keeps a state; false if the attempt does not run any more. */
  public static boolean save(Handle handle, AttemptRef ref, byte[] data) {
    return handle
            .createUpdate(SAVE)
            .bind("id", ref.jobId())
            .bind("attempt", ref.attempt())
            .bind("worker_id", ref.workerId())
            .bind("data", data)
            .execute()
        == 1;
  }

  /** What was kept last. */
  public static Optional<byte[]> find(Handle handle, long jobId) {
    return handle.createQuery(FIND).bind("id", jobId).mapTo(byte[].class).findOne();
  }

  /** Forgets up to {@code max} states of jobs that have ended; answers how many. */
  public static int forget(Handle handle, int max) {
    return handle.createUpdate(FORGET).bind("max", max).execute();
  }
}
