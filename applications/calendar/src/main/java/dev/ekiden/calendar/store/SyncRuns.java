package dev.ekiden.calendar.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The book-keeping of syncs, in tables {@code sync_run} and {@code sync_chunk}. Stateless; runs in
 * the caller's transaction.
 */
public final class SyncRuns {

  private static final String START =
      """
      INSERT INTO calendar.sync_run (kind, chunks, plans, started_at, finished_at)
      VALUES (:kind, :chunks, :plans, :now, CASE WHEN :chunks = 0 THEN :now END)
      RETURNING id
      """;

  /** Two chunks that end at once: the second waits, and so sees that it is the last. */
  private static final String LOCK =
      """
      SELECT id
      FROM calendar.sync_run
      WHERE id = :id
      FOR NO KEY UPDATE
      """;

  private static final String FINISH_CHUNK =
      """
      INSERT INTO calendar.sync_chunk (run_id, number, plans, scanned, changed, finished_at)
      VALUES (:id, :number, :plans, :scanned, :changed, :now)
      ON CONFLICT (run_id, number) DO NOTHING
      """;

  private static final String FINISH =
      """
      UPDATE calendar.sync_run AS run
      SET finished_at = :now
      WHERE run.id = :id
        AND run.finished_at IS NULL
        AND run.chunks <= (SELECT count(*) FROM calendar.sync_chunk WHERE run_id = run.id)
      """;

  private static final String READ =
      """
      SELECT run.id, run.kind, run.chunks, run.plans, run.started_at, run.finished_at,
             count(chunk.number) AS finished_chunks,
             coalesce(sum(chunk.plans), 0) AS refreshed_plans,
             coalesce(sum(chunk.scanned), 0) AS scanned,
             coalesce(sum(chunk.changed), 0) AS changed
      FROM calendar.sync_run AS run
      LEFT JOIN calendar.sync_chunk AS chunk ON chunk.run_id = run.id
      WHERE run.id = :id
      GROUP BY run.id
      """;

  private static final String LATEST =
      """
      SELECT max(id)
      FROM calendar.sync_run
      WHERE kind = :kind
      """;

  /** Begins a run; one without chunks is finished at once. */
  public long start(Handle handle, SyncRun.Kind kind, int chunks, int plans, Instant now) {
    return handle
        .createQuery(START)
        .bind("kind", kind.name())
        .bind("chunks", chunks)
        .bind("plans", plans)
        .bind("now", now)
        .mapTo(Long.class)
        .one();
  }

  /**
   * Counts a chunk, once however often it is reported, and ends the run with the last one. Belongs
   * at the end of the transaction that wrote the chunk's calendars, for it waits for other chunks
   * that are ending.
   *
   * @return whether the run has ended with this chunk
   */
  public boolean finishChunk(
      Handle handle, long runId, int number, int plans, RefreshResult result, Instant now) {
    handle.createQuery(LOCK).bind("id", runId).mapTo(Long.class).findOne();
    handle
        .createUpdate(FINISH_CHUNK)
        .bind("id", runId)
        .bind("number", number)
        .bind("plans", plans)
        .bind("scanned", result.scanned())
        .bind("changed", result.changed())
        .bind("now", now)
        .execute();
    return handle.createUpdate(FINISH).bind("id", runId).bind("now", now).execute() == 1;
  }

  public Optional<SyncRun> find(Handle handle, long runId) {
    return handle.createQuery(READ).bind("id", runId).map((row, context) -> map(row)).findOne();
  }

  /** The run that was begun last, if there was any of this kind. */
  public Optional<SyncRun> latest(Handle handle, SyncRun.Kind kind) {
    return handle
        .createQuery(LATEST)
        .bind("kind", kind.name())
        .mapTo(Long.class)
        .findOne()
        .flatMap(id -> find(handle, id));
  }

  private static SyncRun map(ResultSet row) throws SQLException {
    return new SyncRun(
        row.getLong("id"),
        SyncRun.Kind.valueOf(row.getString("kind")),
        row.getInt("chunks"),
        row.getInt("finished_chunks"),
        row.getInt("plans"),
        row.getInt("refreshed_plans"),
        row.getLong("scanned"),
        row.getLong("changed"),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(row.getObject("finished_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }
}
