package dev.ekiden.calendar.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The book-keeping of syncs, in tables {@code sync_run} and {@code sync_chunk}. Stateless; runs in
 * the caller's transaction.
 */
public final class SyncRuns {

  private static final String START =
      """
      INSERT INTO calendar.sync_run (kind, started_by, chunks, plans, started_at, finished_at)
      VALUES (:kind, :startedBy, :chunks, :plans, :now, CASE WHEN :chunks = 0 THEN :now END)
      ON CONFLICT (started_by) DO NOTHING
      RETURNING id
      """;

  private static final String SET_JOBS =
      """
      UPDATE calendar.sync_run
      SET jobs = :jobs
      WHERE id = :id
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
      INSERT INTO calendar.sync_chunk
        (run_id, number, refreshed, failed, scanned, changed, finished_at)
      VALUES (:id, :number, :refreshed, :failed, :scanned, :changed, :now)
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
             coalesce(sum(chunk.refreshed), 0) AS refreshed,
             coalesce(sum(chunk.failed), 0) AS failed,
             coalesce(sum(chunk.scanned), 0) AS scanned,
             coalesce(sum(chunk.changed), 0) AS changed
      FROM calendar.sync_run AS run
      LEFT JOIN calendar.sync_chunk AS chunk ON chunk.run_id = run.id
      WHERE run.id = ANY(:ids)
      GROUP BY run.id
      ORDER BY run.id DESC
      """;

  private static final String LATEST =
      """
      SELECT id
      FROM calendar.sync_run
      ORDER BY id DESC
      LIMIT :limit
      """;

  private static final String UNFINISHED =
      """
      SELECT id
      FROM calendar.sync_run
      WHERE finished_at IS NULL
      """;

  private static final String OPEN_CHUNKS =
      """
      SELECT job.number, job.id
      FROM calendar.sync_run AS run
      CROSS JOIN unnest(run.jobs) WITH ORDINALITY AS job (id, number)
      WHERE run.id = :id
        AND NOT EXISTS (
          SELECT FROM calendar.sync_chunk AS chunk
          WHERE chunk.run_id = run.id AND chunk.number = job.number)
      ORDER BY job.number
      """;

  /** What is known when a run begins. */
  public record Start(SyncRun.Kind kind, @Nullable Long startedBy, int chunks, int plans) {}

  /** A chunk that has not ended, numbered from 1, and the job that is to do it. */
  public record OpenChunk(int number, long jobId) {}

  /** How a chunk ended. */
  public record ChunkEnd(long runId, int number, int refreshed, int failed, RefreshResult result) {}

  /**
   * Begins a run; one without chunks is finished at once.
   *
   * @return its id, or empty if the job it is started by has begun one already
   */
  public Optional<Long> start(Handle handle, Start start, Instant now) {
    return handle
        .createQuery(START)
        .bind("kind", start.kind().name())
        .bind("startedBy", start.startedBy())
        .bind("chunks", start.chunks())
        .bind("plans", start.plans())
        .bind("now", now)
        .mapTo(Long.class)
        .findOne();
  }

  /** Notes the jobs of the chunks, in the order of their numbers. */
  public void setJobs(Handle handle, long runId, List<Long> jobs) {
    handle.createUpdate(SET_JOBS).bind("id", runId).bindArray("jobs", Long.class, jobs).execute();
  }

  /**
   * Counts a chunk, once however often it is reported, and ends the run with the last one. Belongs
   * at the end of the transaction that wrote the chunk's calendars, for it waits for other chunks
   * that are ending.
   *
   * @return whether the run has ended with this chunk
   */
  public boolean finishChunk(Handle handle, ChunkEnd end, Instant now) {
    handle.createQuery(LOCK).bind("id", end.runId()).mapTo(Long.class).findOne();
    handle
        .createUpdate(FINISH_CHUNK)
        .bind("id", end.runId())
        .bind("number", end.number())
        .bind("refreshed", end.refreshed())
        .bind("failed", end.failed())
        .bind("scanned", end.result().scanned())
        .bind("changed", end.result().changed())
        .bind("now", now)
        .execute();
    return handle.createUpdate(FINISH).bind("id", end.runId()).bind("now", now).execute() == 1;
  }

  public Optional<SyncRun> find(Handle handle, long runId) {
    return read(handle, List.of(runId)).stream().findFirst();
  }

  /** The runs that were begun last, the newest first. */
  public List<SyncRun> latest(Handle handle, int limit) {
    return read(handle, handle.createQuery(LATEST).bind("limit", limit).mapTo(Long.class).list());
  }

  /** Runs that have not finished, the newest first. */
  public List<SyncRun> unfinished(Handle handle) {
    return read(handle, handle.createQuery(UNFINISHED).mapTo(Long.class).list());
  }

  /** The chunks of a run that have not ended. */
  public List<OpenChunk> openChunks(Handle handle, long runId) {
    return handle
        .createQuery(OPEN_CHUNKS)
        .bind("id", runId)
        .map((row, context) -> new OpenChunk(row.getInt("number"), row.getLong("id")))
        .list();
  }

  private static List<SyncRun> read(Handle handle, List<Long> ids) {
    return handle
        .createQuery(READ)
        .bindArray("ids", Long.class, ids)
        .map((row, context) -> map(row))
        .list();
  }

  private static SyncRun map(ResultSet row) throws SQLException {
    return new SyncRun(
        row.getLong("id"),
        SyncRun.Kind.valueOf(row.getString("kind")),
        row.getInt("chunks"),
        row.getInt("finished_chunks"),
        row.getInt("plans"),
        row.getInt("refreshed"),
        row.getInt("failed"),
        row.getLong("scanned"),
        row.getLong("changed"),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(row.getObject("finished_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }
}
