package dev.ekiden.calendar.store;

import java.time.Instant;
import java.util.Arrays;
import org.jdbi.v3.core.Handle;

/** Table {@code idempotency_key}. Stateless; in the caller's transaction. */
public final class IdempotencyTable {

  /** Of two transactions with one key the second waits here for the end of the first. */
  private static final String TAKE =
      """
      INSERT INTO calendar.idempotency_key (key_hash, request_hash, created_at)
      VALUES (:keyHash, :requestHash, :now)
      ON CONFLICT (key_hash) DO NOTHING
      """;

  private static final String FIND =
      """
      SELECT request_hash, answer
      FROM calendar.idempotency_key
      WHERE key_hash = :keyHash
      """;

  private static final String KEEP =
      """
      UPDATE calendar.idempotency_key
      SET answer = :answer
      WHERE key_hash = :keyHash
      """;

  private static final String FORGET =
      """
      DELETE FROM calendar.idempotency_key
      WHERE key_hash IN (
        SELECT key_hash
        FROM calendar.idempotency_key
        WHERE created_at < :before
        ORDER BY created_at
        LIMIT :limit
        FOR UPDATE SKIP LOCKED)
      """;

  /** What a key was used for. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  public record Used(byte[] requestHash, byte[] answer) {

    public boolean isFor(byte[] otherRequest) {
      return Arrays.equals(requestHash, otherRequest);
    }
  }

  private IdempotencyTable() {}

  /** Whether the key is new; then this transaction has it. */
  public static boolean take(Handle handle, byte[] keyHash, byte[] requestHash, Instant now) {
    return handle
            .createUpdate(TAKE)
            .bind("keyHash", keyHash)
            .bind("requestHash", requestHash)
            .bind("now", now)
            .execute()
        == 1;
  }

  /** What a key was used for, which {@link #take} found taken. */
  public static Used find(Handle handle, byte[] keyHash) {
    return handle
        .createQuery(FIND)
        .bind("keyHash", keyHash)
        .map((row, context) -> new Used(row.getBytes("request_hash"), row.getBytes("answer")))
        .one();
  }

  public static void keep(Handle handle, byte[] keyHash, byte[] answer) {
    handle.createUpdate(KEEP).bind("keyHash", keyHash).bind("answer", answer).execute();
  }

  /** Forgets keys older than that, the oldest first; how many. */
  public static int forget(Handle handle, Instant before, int limit) {
    return handle.createUpdate(FORGET).bind("before", before).bind("limit", limit).execute();
  }
}
