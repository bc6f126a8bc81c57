package dev.ekiden.bench.fleet;

import dev.ekiden.bench.FinishedRows;
import dev.ekiden.bench.Lab;
import dev.ekiden.bench.NamedStatement;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.ProgressBar;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A database with as many finished jobs as asked for, that ended over the past week. */
final class KeptHistory {
  static final String QUEUE = "kept";
  private static final int DEFINITIONS = 10;
  private static final int CONNECTIONS = 4;
  private static final int BATCH = 100_000;
  private static final int WEEK_SECONDS = 7 * 24 * 3_600;

  /** What comes with so many jobs: tasks and workers that are gone, and decisions. */
  private static final String ALSO =
      """
      INSERT INTO ekiden.fleet_task
        (id, number, fleet, revision, class, launcher, place, asked_at, launched_at, started_at,
         ready_at, ended_at, ending, removed_at)
      SELECT 'gone-' || n, nextval('ekiden.fleet_task_number'), '%1$s', 1, 'on-demand', 'process',
             'elsewhere', at, at, at, at, at + interval '1 hour', 'RETIRED', at + interval '1 hour'
      FROM (SELECT n, now() - interval '90 days' * (1 - n / 100000.0) - interval '2 hours' AS at
            FROM generate_series(1, 100000) AS n) AS task;
      INSERT INTO ekiden.worker
        (name, concurrency, queues, definitions, started_at, expires_at, ended_at)
      SELECT 'gone-' || n, 1, '{%1$s}', '{}', at, at + interval '1 hour', at + interval '1 hour'
      FROM (SELECT n, now() - interval '7 days' * (1 - n / 10000.0) - interval '2 hours' AS at
            FROM generate_series(1, 10000) AS n) AS worker;
      INSERT INTO ekiden.fleet_decision
        (fleet, at, revision, epoch, desired, observed, launches, stops, reason, rejected)
      SELECT '%1$s', now() - interval '7 days' * (1 - n / 50000.0), 1, 1, 5,
             '{"classes": [], "demand": {}}', '[]', '[]', 'it was so', '[]'
      FROM generate_series(1, 50000) AS n;
      """
          .formatted(QUEUE);

  private static final String DAYS =
      """
      SELECT ekiden.add_finished_day('short', current_date - ago)
      FROM generate_series(0, 8) AS ago
      """;

  private KeptHistory() {}

  /** Its definitions; nobody runs them. */
  static List<JobDefinition<?>> definitions() {
    List<JobDefinition<?>> definitions = new ArrayList<>();
    for (int n = 0; n < DEFINITIONS; n++) {
      definitions.add(JobDefinition.named("kept-" + n, Object.class).queue(QUEUE).enqueueOnly());
    }
    return definitions;
  }

  /** The database and an engine on it that is not started: nothing but what is measured happens. */
  record Kept(Database database, Engine engine) implements AutoCloseable {
    static Kept open(DatabaseAddress address) {
      Database database = Database.open(address, CONNECTIONS, "bench");
      return new Kept(
          database, Engine.on(database.dataSource()).definitions(definitions()).build());
    }

    @Override
    public void close() {
      engine.close();
      database.close();
    }
  }

  /** Makes one. */
  static DatabaseAddress make(Lab lab, int finished) throws SQLException {
    DatabaseAddress address = lab.createDatabase();
    try (Kept kept = Kept.open(address)) {
      kept.engine().migrate();
      Fleets.migrate(kept.database());
      kept.engine().register();
    }
    if (finished > 0) {
      lab.execute(address, DAYS);
      fill(lab, address, finished, WEEK_SECONDS, Instant.now(), "finished jobs to keep");
      lab.execute(address, ALSO);
    }
    lab.execute(address, "VACUUM ANALYZE");
    return address;
  }

  /** Adds finished jobs that ended one after the other. */
  static void fill(
      Lab lab, DatabaseAddress address, int count, int seconds, Instant until, String what)
      throws SQLException {
    try (Connection connection = lab.connect(address);
        NamedStatement insert = new NamedStatement(connection, FinishedRows.IN_TURN);
        ProgressBar progress = ProgressBar.start(lab.terminal(), what, count)) {
      insert.set("total", count).set("seconds", seconds).set("until", Timestamp.from(until));
      for (int done = 0; done < count; done += BATCH) {
        int last = Math.min(count, done + BATCH);
        insert.set("first", done + 1L).set("last", (long) last).statement().execute();
        progress.moveTo(last);
      }
    }
  }
}
