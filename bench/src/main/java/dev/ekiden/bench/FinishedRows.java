package dev.ekiden.bench;

/**
 * How finished jobs lie in the engine's tables, known here alone: a history of millions is written
 * by SQL, because running them would take hours.
 */
final class FinishedRows {
  /** Adds {@code :count} succeeded jobs like the one that is there, ended over the past week. */
  static final String INSERT =
      """
      WITH pattern AS MATERIALIZED (SELECT * FROM ekiden.finished ORDER BY id LIMIT 1)
      INSERT INTO ekiden.finished
        (id, state, queue_id, definition_id, priority, payload, created_at, attempt, failures,
         losses, worker_id, claimed_at, started_at, finished_at, result)
      SELECT nextval('ekiden.job_id'), state, queue_id, definition_id, priority, payload,
             created_at - age, attempt, failures, losses, worker_id, claimed_at - age,
             started_at - age, finished_at - age, result
      FROM pattern,
           (SELECT random() * interval '7 days' AS age FROM generate_series(1, :count)) AS ages
      """;

  private FinishedRows() {}
}
