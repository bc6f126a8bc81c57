package dev.ekiden.engine.store;

import dev.ekiden.engine.JobLinks;
import dev.ekiden.engine.JobLinks.Children;
import java.sql.Array;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Other jobs that a job has to do with. */
public final class LinkTable {

  private static final String LINKS =
      """
      SELECT ARRAY(
               SELECT id
               FROM (
                 (SELECT id FROM ekiden.job WHERE clone_of = :id ORDER BY id DESC LIMIT :max)
                 UNION ALL
                 (SELECT id FROM ekiden.finished WHERE clone_of = :id ORDER BY id DESC LIMIT :max))
                   AS half
               ORDER BY id DESC
               LIMIT :max) AS clones,
             ARRAY(
               SELECT parent_id FROM ekiden.dependency WHERE job_id = :id
               ORDER BY parent_id LIMIT :max) AS waits_for,
             ARRAY(
               SELECT job_id FROM ekiden.dependency WHERE parent_id = :id
               ORDER BY job_id LIMIT :max) AS waited_for_by,
             array_job.size, array_job.tolerated, array_job.succeeded, array_job.failed
      FROM (SELECT CAST(:id AS bigint) AS id) AS asked
      LEFT JOIN ekiden.array_job ON array_job.id = asked.id
      """;

  private LinkTable() {}

  public static JobLinks of(Handle handle, long id) {
    return handle
        .createQuery(LINKS)
        .bind("id", id)
        .bind("max", JobLinks.MAX_JOBS)
        .map((row, context) ->
            new JobLinks(
                ids(row.getArray("clones")),
                ids(row.getArray("waits_for")),
                ids(row.getArray("waited_for_by")),
                row.getObject("size") == null
                    ? null
                    : new Children(
                        row.getInt("size"),
                        row.getInt("tolerated"),
                        row.getInt("succeeded"),
                        row.getInt("failed"))))
        .one();
  }

  private static List<Long> ids(Array array) throws SQLException {
    return List.of((Long[]) array.getArray());
  }
}
