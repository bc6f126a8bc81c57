package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Depth.By;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestDatabase;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tables of older versions, with jobs in every state, become those of this one. */
class MigrationTest {
  record Work(int number) {}

  @RegisterExtension
  static final TestDatabase tables = TestDatabase.withMigrations(made -> {}, "nothing");

  private static final String FINISHED =
      """
      INSERT INTO ekiden.finished
        (id, state, queue_id, definition_id, priority, payload, created_at, attempt, failures,
         losses, finished_at, result, group_id, group_name)
      SELECT id, CAST(state AS ekiden.job_end), 1, 1, 5, '{"number":1}', finished_at, 1, 0, 0,
             finished_at, '"done"', 0, NULL
      FROM (VALUES
        (1, 'SUCCEEDED', now() - interval '3 days'),
        (2, 'SUCCEEDED', now() - interval '1 day'),
        (3, 'SUCCEEDED', now()),
        (4, 'FAILED', now() - interval '20 days'),
        (5, 'CANCELED', now() - interval '20 days'),
        (6, 'FAILED', now() + interval '40 days')) AS old(id, state, finished_at)
      """;

  /** Three READY, two SCHEDULED, one BLOCKED and one RUNNING job, two of them of a group. */
  private static final String LIVE =
      """
      INSERT INTO ekiden.job
        (id, queue_id, definition_id, priority, payload, created_at, group_id, group_name)
      SELECT id, 1, 1, 5, '{"number":1}', now() - interval '1 hour',
             CASE WHEN id IN (11, 14) THEN 77 ELSE 0 END,
             CASE WHEN id IN (11, 14) THEN 'acme' END
      FROM generate_series(11, 17) AS id;
      INSERT INTO ekiden.ready
        (id, queue_id, definition_id, priority, attempt, failures, losses, group_id)
      SELECT id, 1, 1, 5, 0, 0, 0, CASE WHEN id = 11 THEN 77 ELSE 0 END
      FROM generate_series(11, 13) AS id;
      INSERT INTO ekiden.scheduled
        (id, run_at, queue_id, definition_id, priority, attempt, failures, losses, group_id,
         backing_off)
      SELECT id, now() + interval '1 day', 1, 1, 5, 0, 0, 0,
             CASE WHEN id = 14 THEN 77 ELSE 0 END, false
      FROM generate_series(14, 15) AS id;
      INSERT INTO ekiden.blocked
        (id, reason, queue_id, definition_id, priority, attempt, failures, losses, key, key_kind)
      VALUES (16, 'KEY', 1, 1, 5, 0, 0, 0, 'k', 'SERIAL');
      INSERT INTO ekiden.running
        (id, worker_id, queue_id, definition_id, priority, attempt, failures, losses, claimed_at)
      VALUES (17, 1, 1, 1, 5, 1, 0, 0, now());
      """;

  private static void migrateTo(Database database, int version) {
    database.useTransaction(handle -> handle.execute("CREATE SCHEMA IF NOT EXISTS ekiden"));
    Flyway.configure()
        .dataSource(database.dataSource())
        .locations("classpath:dev/ekiden/engine/migration")
        .defaultSchema("ekiden")
        .schemas("ekiden")
        .createSchemas(false)
        .table("engine_migrations")
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .placeholders(Map.of("schema", "ekiden"))
        .target(String.valueOf(version))
        .loggers("slf4j")
        .load()
        .migrate();
  }

  private static void queueAndDefinition(Handle handle) {
    handle.execute(
        """
        INSERT INTO ekiden.queue (name) VALUES ('q');
        INSERT INTO ekiden.definition (name, queue_id, priority, settings) VALUES ('work', 1, 5, '{}')
        """);
  }

  private static List<String> places(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT id || ' ' || CASE
                     WHEN place.relname
                          = format('finished_%s_%s',
                                   CASE state WHEN 'SUCCEEDED' THEN 'short' ELSE 'long' END,
                                   to_char(finished_at AT TIME ZONE 'UTC', 'YYYYMMDD'))
                     THEN 'right' ELSE place.relname END
            FROM ekiden.finished
            JOIN pg_class AS place ON place.oid = finished.tableoid
            ORDER BY id
            """)
        .mapTo(String.class)
        .list();
  }

  @Test
  void jobsOfVersionFiveArriveInTheirPlaces() {
    Database database = tables.database();
    migrateTo(database, 5);
    database.useTransaction(handle -> {
      queueAndDefinition(handle);
      handle.execute(FINISHED);
      handle.execute(LIVE);
    });
    migrateTo(database, 6);
    database.useTransaction(handle ->
        assertThat(places(handle))
            .containsExactly("1 right", "2 right", "3 right", "4 right", "5 right", "6 right"));
    JobDefinition<Work> work =
        JobDefinition.named("work", Work.class).queue("q").handler((payload, context) -> null);
    try (Engine engine = Engine.on(database.dataSource()).definitions(work).build()) {
      engine.migrate();
      engine.register();
      for (long id = 1; id <= 6; id++) {
        assertThat(engine.jobs().get(id).result()).isEqualTo("\"done\"");
      }
      assertThat(engine.jobs().get(4).state()).isEqualTo(JobState.FAILED);
      assertThat(engine.jobs().get(16).blocked()).isEqualTo(Job.BlockedReason.KEY);

      QueueSummary queue = engine.queues().find("q").orElseThrow();
      assertThat(List.of(queue.ready(), queue.scheduled(), queue.blocked(), queue.running()))
          .containsExactly(3L, 2L, 1L, 1L);
      assertThat(queue.oldestReady()).isNotNull();
      List<Depth> groups = engine.queues().depth("q", By.GROUP, 10);
      assertThat(groups).extracting(Depth::group).containsExactly(null, "acme");
      assertThat(groups).extracting(Depth::ready).containsExactly(2L, 1L);
      assertThat(groups).extracting(Depth::scheduled).containsExactly(1L, 1L);
      assertThat(engine.jobs().cancel(14)).isTrue();
      assertThat(engine.queues().find("q").orElseThrow().scheduled()).isEqualTo(1);

      assertThat(engine.retention().apply()).isZero();
      engine.retention().set(new RetentionPolicy(2, 10));
      assertThat(engine.retention().apply()).isEqualTo(2);
      database.useTransaction(handle ->
          assertThat(places(handle)).containsExactly("2 right", "3 right", "6 right", "14 right"));
    }
  }
}
