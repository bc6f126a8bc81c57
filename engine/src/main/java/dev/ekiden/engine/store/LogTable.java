package dev.ekiden.engine.store;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Log lines of attempts, in compressed segments. */
public final class LogTable {

  /**
   * A piece of the log of an attempt.
   *
   * @param number its place in the log of its attempt, from 0
   * @param counts how many lines it has of each level; empty if it was stored without
   * @param text the lines, deflated
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares segments
  public record Segment(long jobId, int attempt, int number, List<Integer> counts, byte[] text) {}

  /**
   * What is known of a segment without reading it.
   *
   * @param counts how many lines it has of each level; null if it was stored without
   */
  public record Entry(int attempt, int number, @Nullable List<Integer> counts) {}

  private static final String INSERT =
      """
      INSERT INTO ekiden.attempt_log (job_id, attempt, segment, line_counts, lines)
      SELECT job_id, attempt, segment, CAST(line_counts AS integer[]), lines
      FROM unnest(
             CAST(:job_ids AS bigint[]), CAST(:attempts AS integer[]), CAST(:segments AS integer[]),
             CAST(:line_counts AS text[]), CAST(:lines AS bytea[]))
           AS t(job_id, attempt, segment, line_counts, lines)
      ON CONFLICT DO NOTHING
      """;

  private static final String INDEX =
      """
      SELECT attempt, segment, line_counts
      FROM ekiden.attempt_log
      WHERE job_id = :job_id
      ORDER BY attempt, segment
      """;

  private static final String READ =
      """
      SELECT job_id, attempt, segment, line_counts, lines
      FROM ekiden.attempt_log
      WHERE job_id = :job_id
      ORDER BY attempt, segment
      """;

  private static final String READ_SOME =
      """
      SELECT job_id, attempt, segment, line_counts, lines
      FROM unnest(CAST(:attempts AS integer[]), CAST(:segments AS integer[])) AS t(attempt, segment)
      JOIN ekiden.attempt_log USING (attempt, segment)
      WHERE job_id = :job_id
      ORDER BY attempt, segment
      """;

  private LogTable() {}

  /** Stores segments; one that is there already (a repeated flush) stays as it is. */
  public static void insert(Handle handle, List<Segment> segments) {
    List<Long> jobIds = new ArrayList<>(segments.size());
    List<Integer> attempts = new ArrayList<>(segments.size());
    List<Integer> numbers = new ArrayList<>(segments.size());
    List<String> counts = new ArrayList<>(segments.size());
    List<byte[]> texts = new ArrayList<>(segments.size());
    for (Segment segment : segments) {
      jobIds.add(segment.jobId());
      attempts.add(segment.attempt());
      numbers.add(segment.number());
      counts.add(
          segment.counts().stream()
              .map(String::valueOf)
              .collect(Collectors.joining(",", "{", "}")));
      texts.add(segment.text());
    }
    handle
        .createUpdate(INSERT)
        .bindArray("job_ids", Long.class, jobIds)
        .bindArray("attempts", Integer.class, attempts)
        .bindArray("segments", Integer.class, numbers)
        .bindArray("line_counts", String.class, counts)
        .bindArray("lines", byte[].class, texts)
        .execute();
  }

  /** What there is of the log of a job, in order. */
  public static List<Entry> index(Handle handle, long jobId) {
    return handle
        .createQuery(INDEX)
        .bind("job_id", jobId)
        .map((row, context) -> new Entry(row.getInt("attempt"), row.getInt("segment"), counts(row)))
        .list();
  }

  /** Segments of all attempts of a job, in order. */
  public static List<Segment> read(Handle handle, long jobId) {
    return handle
        .createQuery(READ)
        .bind("job_id", jobId)
        .map((row, context) -> segment(row))
        .list();
  }

  /**
   * Some segments of a job, in order; those that are gone are missing.
   *
   * @param attempts of each segment
   * @param numbers of each segment
   */
  public static List<Segment> read(
      Handle handle, long jobId, List<Integer> attempts, List<Integer> numbers) {
    return handle
        .createQuery(READ_SOME)
        .bind("job_id", jobId)
        .bindArray("attempts", Integer.class, attempts)
        .bindArray("segments", Integer.class, numbers)
        .map((row, context) -> segment(row))
        .list();
  }

  private static Segment segment(ResultSet row) throws SQLException {
    List<Integer> counts = counts(row);
    return new Segment(
        row.getLong("job_id"),
        row.getInt("attempt"),
        row.getInt("segment"),
        counts == null ? List.of() : counts,
        row.getBytes("lines"));
  }

  private static @Nullable List<Integer> counts(ResultSet row) throws SQLException {
    Array counts = row.getArray("line_counts");
    return counts == null ? null : List.of((Integer[]) counts.getArray());
  }
}
