package dev.ekiden.engine.store;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Log lines of attempts, in compressed segments. */
public final class LogTable {

  /** A piece of the log of an attempt. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares segments
  public record Segment(long jobId, int attempt, int number, byte[] lines) {}

  private static final String INSERT =
      """
      INSERT INTO ekiden.attempt_log (job_id, attempt, segment, lines)
      SELECT *
      FROM unnest(
        CAST(:job_ids AS bigint[]), CAST(:attempts AS integer[]), CAST(:segments AS integer[]),
        CAST(:lines AS bytea[]))
      ON CONFLICT DO NOTHING
      """;

  private static final String READ =
      """
      SELECT job_id, attempt, segment, lines
      FROM ekiden.attempt_log
      WHERE job_id = :job_id
      ORDER BY attempt, segment
      """;

  private static final String READ_SOME =
      """
      SELECT job_id, attempt, segment, lines
      FROM ekiden.attempt_log
      WHERE job_id = :job_id
        AND attempt >= COALESCE(
          CAST(:attempt AS integer),
          (SELECT max(attempt) FROM ekiden.attempt_log WHERE job_id = :job_id) - :attempts + 1)
        AND attempt <= COALESCE(CAST(:attempt AS integer), 2147483647)
      ORDER BY attempt, segment
      """;

  private static final RowMapper<Segment> SEGMENT =
      (row, context) ->
          new Segment(
              row.getLong("job_id"),
              row.getInt("attempt"),
              row.getInt("segment"),
              row.getBytes("lines"));

  private LogTable() {}

  /** Stores segments; one that is there already (a repeated flush) stays as it is. */
  public static void insert(Handle handle, List<Segment> segments) {
    List<Long> jobIds = new ArrayList<>(segments.size());
    List<Integer> attempts = new ArrayList<>(segments.size());
    List<Integer> numbers = new ArrayList<>(segments.size());
    List<byte[]> lines = new ArrayList<>(segments.size());
    for (Segment segment : segments) {
      jobIds.add(segment.jobId());
      attempts.add(segment.attempt());
      numbers.add(segment.number());
      lines.add(segment.lines());
    }
    handle
        .createUpdate(INSERT)
        .bindArray("job_ids", Long.class, jobIds)
        .bindArray("attempts", Integer.class, attempts)
        .bindArray("segments", Integer.class, numbers)
        .bindArray("lines", byte[].class, lines)
        .execute();
  }

  /** Segments of all attempts of a job, in order. */
  public static List<Segment> read(Handle handle, long jobId) {
    return handle.createQuery(READ).bind("job_id", jobId).map(SEGMENT).list();
  }

  /** Segments of one attempt, or of the last ones, in order. */
  public static List<Segment> read(
      Handle handle, long jobId, @Nullable Integer attempt, int attempts) {
    return handle
        .createQuery(READ_SOME)
        .bind("job_id", jobId)
        .bind("attempt", attempt)
        .bind("attempts", attempts)
        .map(SEGMENT)
        .list();
  }
}
