package dev.ekiden.bench;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.ProgressBar;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Millions of jobs as a busy month leaves them, written by SQL: nine in ten ended, the rest live;
 * twenty queues of five definitions, the first used most; some keys, groups, failures, an array
 * job. What is rare is spread over all of it, or stands at its far end.
 */
final class ConsoleRows {
  static final int QUEUES = 20;
  static final int DEFINITIONS_EACH = 5;

  /** One job in so many is of the definition and the queue called rare. */
  static final int RARE = 10_007;

  static final int CHILDREN = 1_000;
  private static final int BATCH = 200_000;

  /** A payload of some fields, as the jobs of the calendar have. */
  private static final String MAKE =
      """
      CREATE UNLOGGED TABLE bench_group AS
      SELECT n, name,
             CAST(CAST('x' || left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 16)
                       AS bit(64)) AS bigint) AS id
      FROM (SELECT n, 'tenant-' || n AS name FROM generate_series(0, 1000) AS n) AS names;
      ALTER TABLE bench_group ADD PRIMARY KEY (n);
      CREATE UNLOGGED TABLE bench_definition AS
      SELECT substr(name, 2)::integer AS n, id, queue_id
      FROM ekiden.definition WHERE name ~ '^d[0-9]+$';
      ALTER TABLE bench_definition ADD PRIMARY KEY (n);
      SELECT ekiden.add_finished_day('short', current_date - ago),
             ekiden.add_finished_day('long', current_date - ago)
      FROM generate_series(0, 30) AS ago;
      """;

  // Numbers that look random, but are the same each time, are made from the id.
  private static final String JOBS =
      """
      CREATE TEMP TABLE made ON COMMIT DROP AS
      SELECT numbers.id, state, definition.id AS definition_id, definition.queue_id,
             CAST(4 AS smallint) AS priority,
             CASE WHEN numbers.id % 10 = 3 THEN 'order-' || numbers.id / 30 END AS key,
             CASE WHEN numbers.id % 5 = 1 THEN tenant.id ELSE 0 END AS group_id,
             CASE WHEN numbers.id % 5 = 1 THEN tenant.name END AS group_name,
             CASE WHEN numbers.id BETWEEN 1001 AND 1000 + :children THEN CAST(1000 AS bigint) END
               AS parent_id,
             CAST(format('{"order":%s,"plan":%s,"day":"2026-11-21"}', numbers.id, numbers.id % 997) AS json)
               AS payload,
             clock_timestamp() - interval '30 days' * (1 - CAST(numbers.id AS float8) / :total) AS created_at
      FROM (
        SELECT id,
               CASE WHEN id = 3 THEN 1000
                    WHEN id % :rare = 5 THEN 1001
                    ELSE CAST(floor(100 * power((id * 7919 % 1000003) / 1000003.0, 2)) AS integer)
               END AS d,
               CAST(floor(1000 * power((id * 104729 % 1000033) / 1000033.0, 2)) AS integer) AS g,
               CASE WHEN id > :live THEN
                      CASE WHEN id % 4 = 0 THEN 'SCHEDULED' WHEN id % 4 = 1 THEN 'BLOCKED'
                           ELSE 'READY' END
                    WHEN id * 40503 % 1000 < 20 THEN 'FAILED'
                    WHEN id * 40503 % 1000 = 20 THEN 'CANCELED'
                    ELSE 'SUCCEEDED' END AS state
        FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS id) AS numbers
      JOIN bench_definition AS definition ON definition.n = d
      JOIN bench_group AS tenant ON tenant.n = g;

      INSERT INTO ekiden.finished
        (id, state, queue_id, definition_id, priority, key_kind, key, payload, created_at, attempt,
         failures, losses, worker_id, claimed_at, started_at, finished_at, result, error_type,
         error, group_id, group_name, parent_id)
      SELECT id, CAST(state AS ekiden.job_end), queue_id, definition_id, priority,
             CASE WHEN key IS NOT NULL THEN CAST('COALESCE' AS ekiden.key_kind) END, key, payload,
             created_at, 1, CASE WHEN state = 'FAILED' THEN 1 ELSE 0 END, 0, 1, created_at,
             created_at, created_at + interval '1 second', CAST('"done"' AS json),
             CASE WHEN state = 'FAILED' THEN 'java.lang.IllegalStateException' END,
             CASE WHEN state = 'FAILED' THEN 'java.lang.IllegalStateException: no' END,
             group_id, group_name, parent_id
      FROM made WHERE id <= :live ORDER BY id;

      INSERT INTO ekiden.job
        (id, queue_id, definition_id, priority, payload, created_at, group_id, group_name)
      SELECT id, queue_id, definition_id, priority, payload, created_at, group_id, group_name
      FROM made WHERE id > :live ORDER BY id;
      INSERT INTO ekiden.ready
        (queue_id, priority, id, definition_id, attempt, failures, losses, group_id)
      SELECT queue_id, priority, id, definition_id, 0, 0, 0, group_id
      FROM made WHERE id > :live AND state = 'READY' ORDER BY id;
      INSERT INTO ekiden.scheduled
        (id, run_at, queue_id, priority, definition_id, attempt, failures, losses, backing_off,
         group_id)
      SELECT id, now() + interval '1 day', queue_id, priority, definition_id, 0, 0, 0, false,
             group_id
      FROM made WHERE id > :live AND state = 'SCHEDULED' ORDER BY id;
      INSERT INTO ekiden.blocked
        (id, reason, queue_id, priority, definition_id, attempt, failures, losses, group_id)
      SELECT id, 'LIMIT', queue_id, priority, definition_id, 0, 0, 0, group_id
      FROM made WHERE id > :live AND state = 'BLOCKED' ORDER BY id;

      INSERT INTO ekiden.id_at (last_id, at)
      SELECT id, created_at FROM made WHERE id % 1000 = 0 ON CONFLICT DO NOTHING;
      """;

  private ConsoleRows() {}

  static String queue(int n) {
    return "q" + n;
  }

  /** The definitions of the jobs; nobody runs them. */
  static List<JobDefinition<?>> definitions() {
    List<JobDefinition<?>> definitions = new ArrayList<>();
    for (int n = 0; n < QUEUES * DEFINITIONS_EACH; n++) {
      definitions.add(definition("d" + n, queue(n / DEFINITIONS_EACH)));
    }
    definitions.add(definition("d1000", "once"));
    definitions.add(definition("d1001", "rare"));
    definitions.add(definition("unused", "unused"));
    return definitions;
  }

  private static JobDefinition<?> definition(String name, String queue) {
    return JobDefinition.named(name, Object.class).queue(queue).enqueueOnly();
  }

  /** Fills a database of the engine. */
  static void fill(Lab lab, DatabaseAddress address, Engine engine, int total) throws SQLException {
    engine.register();
    lab.execute(address, MAKE);
    long live = total - total / 10;
    try (Connection connection = lab.connect(address);
        ProgressBar progress = ProgressBar.start(lab.terminal(), "jobs", total)) {
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        for (long first = 1; first <= total; first += BATCH) {
          long last = Math.min(total, first + BATCH - 1);
          statement.execute(
              JOBS.replace(":first", Long.toString(first))
                  .replace(":last", Long.toString(last))
                  .replace(":live", Long.toString(live))
                  .replace(":total", Long.toString(total))
                  .replace(":rare", Integer.toString(RARE))
                  .replace(":children", Integer.toString(CHILDREN)));
          connection.commit();
          progress.moveTo(last);
        }
      }
    }
    lab.execute(address, "SELECT setval('ekiden.job_id', " + total + ")");
    lab.execute(address, "VACUUM ANALYZE");
  }
}
