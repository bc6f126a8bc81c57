package dev.ekiden.engine.store;

import dev.ekiden.engine.BulkProgress;
import dev.ekiden.engine.JobFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Operations on all jobs of a filter, and the jobs they take. */
public final class BulkTable {

  /**
   * An operation as it is stored.
   *
   * @param request as JSON
   * @param upTo the last job that belongs to it
   * @param after the last job that is done
   */
  public record Row(BulkProgress progress, String request, long upTo, long after) {}

  private static final String BEGIN =
      """
      INSERT INTO ekiden.bulk_operation (id, request, up_to, after, total, started_at)
      VALUES (:id, :request, :up_to, 0, :total, ekiden.engine_now())
      ON CONFLICT (id) DO NOTHING
      """;

  private static final String SELECT = "SELECT * FROM ekiden.bulk_operation WHERE id = :id";

  private static final String ADVANCE =
      """
      UPDATE ekiden.bulk_operation
      SET after = :after, changed = changed + :changed, skipped = skipped + :skipped
      WHERE id = :id
      """;

  private static final String FINISH =
      """
      UPDATE ekiden.bulk_operation
      SET finished_at = COALESCE(finished_at, (SELECT ekiden.engine_now()))
      WHERE id = :id
      """;

  private static final String FORGET =
      """
      DELETE FROM ekiden.bulk_operation
      WHERE started_at < (SELECT ekiden.engine_now()) - :age_micros * interval '1 microsecond'
      """;

  private static final String LAST_ID = "SELECT last_value FROM ekiden.job_id";

  private static final RowMapper<Row> ROW =
      (row, context) ->
          new Row(
              new BulkProgress(
                  row.getString("id"),
                  row.getLong("total"),
                  row.getLong("changed"),
                  row.getLong("skipped"),
                  row.getTimestamp("started_at").toInstant(),
                  JobTable.instant(row, "finished_at")),
              row.getString("request"),
              row.getLong("up_to"),
              row.getLong("after"));

  private BulkTable() {}

  /** Stores an operation unless one of that id is there. */
  public static void begin(Handle handle, String id, String request, long upTo, long total) {
    handle
        .createUpdate(BEGIN)
        .bind("id", id)
        .bind("request", request)
        .bind("up_to", upTo)
        .bind("total", total)
        .execute();
  }

  public static Optional<Row> find(Handle handle, String id) {
    return handle.createQuery(SELECT).bind("id", id).map(ROW).findOne();
  }

  /** Reads an operation and keeps others from going on with it until the transaction ends. */
  public static Row lock(Handle handle, String id) {
    return handle.createQuery(SELECT + " FOR UPDATE").bind("id", id).map(ROW).one();
  }

  /** Notes that jobs up to {@code after} are done. */
  public static void advance(Handle handle, String id, long after, long changed, long skipped) {
    handle
        .createUpdate(ADVANCE)
        .bind("id", id)
        .bind("after", after)
        .bind("changed", changed)
        .bind("skipped", skipped)
        .execute();
  }

  public static void finish(Handle handle, String id) {
    handle.createUpdate(FINISH).bind("id", id).execute();
  }

  /** Forgets operations that began longer ago than {@code age}. */
  public static void forget(Handle handle, Duration age) {
    handle.createUpdate(FORGET).bind("age_micros", age.toNanos() / 1_000).execute();
  }

  /** The highest id that a job may have. */
  public static long lastId(Handle handle) {
    return handle.createQuery(LAST_ID).mapTo(Long.class).one();
  }

  /** How many jobs up to {@code upTo} meet a filter. */
  public static long count(Handle handle, JobFilter filter, long upTo) {
    JobConditions conditions = new JobConditions(filter);
    String sql =
        halves(conditions, "").stream()
            .map(half -> "(SELECT count(*) FROM (" + half + ") AS half)")
            .collect(Collectors.joining(" + ", "SELECT ", ""));
    return conditions
        .bind(handle.createQuery(sql).bind("after", 0L).bind("up_to", upTo))
        .mapTo(Long.class)
        .one();
  }

  /**
   * The next jobs that meet a filter, in the order of their ids.
   *
   * @param unasked whether to leave out those that were asked to stop
   */
  public static List<Long> match(
      Handle handle, JobFilter filter, long after, long upTo, int max, boolean unasked) {
    JobConditions conditions = new JobConditions(filter);
    String sql =
        halves(
                conditions,
                unasked
                    ? """

                    AND NOT EXISTS (
                      SELECT FROM ekiden.running WHERE running.id = job.id AND cancel_requested)
                    """
                    : "")
            .stream()
            .map(half -> "(" + half + " ORDER BY id LIMIT :max)")
            .collect(
                Collectors.joining(
                    "\nUNION ALL\n", "SELECT id FROM (", ") AS half ORDER BY id LIMIT :max"));
    return conditions
        .bind(handle.createQuery(sql).bind("after", after).bind("up_to", upTo).bind("max", max))
        .mapTo(Long.class)
        .list();
  }

  private static List<String> halves(JobConditions conditions, String ofLive) {
    List<String> halves = new ArrayList<>();
    if (conditions.takesLive()) {
      halves.add(
          "SELECT job.id FROM ekiden.job WHERE job.id > :after AND job.id <= :up_to"
              + conditions.ofLive()
              + ofLive);
    }
    if (conditions.takesFinished()) {
      halves.add(
          "SELECT finished.id FROM ekiden.finished"
              + " WHERE finished.id > :after AND finished.id <= :up_to"
              + conditions.ofFinished());
    }
    return halves;
  }
}
