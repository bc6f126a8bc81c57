package dev.ekiden.bench;

/**
 * How finished jobs lie in the engine's tables, known here alone: a history of millions is written
 * by SQL, because running them would take hours.
 */
public final class FinishedRows {
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

  /**
   * Adds succeeded jobs of all definitions that there are, from the {@code :first} to the {@code
   * :last} of {@code :total} that end one after the other over {@code :seconds} up to {@code
   * :until}, each after a tenth of a second on one of twenty workers.
   */
  public static final String IN_TURN =
      """
      INSERT INTO ekiden.finished
        (id, state, queue_id, definition_id, priority, payload, created_at, attempt, failures,
         losses, worker_id, claimed_at, started_at, finished_at, result)
      SELECT nextval('ekiden.job_id'), 'SUCCEEDED', queue_id, definition.id, 5,
             CAST('{"millis":100}' AS json), ended - interval '1 second', 1, 0, 0, 1 + number % 20,
             ended - interval '110 milliseconds', ended - interval '100 milliseconds', ended,
             CAST('"rested"' AS json)
      FROM (
        SELECT number,
               CAST(:until AS timestamptz)
                 - interval '1 second' * :seconds * (1 - CAST(number AS float8) / :total) AS ended
        FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS number) AS numbers
      JOIN (
        SELECT id, queue_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS all_of
        FROM ekiden.definition) AS definition ON place = number % all_of
      """;

  private FinishedRows() {}
}
