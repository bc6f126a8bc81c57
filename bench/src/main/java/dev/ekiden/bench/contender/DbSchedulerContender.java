package dev.ekiden.bench.contender;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import dev.ekiden.postgres.DatabaseAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * db-scheduler with lock-and-fetch, the faster of its two ways on PostgreSQL. It keeps no history.
 */
final class DbSchedulerContender implements Contender {
  private static final int THREADS = 50;
  private static final int CONNECTIONS = 60;
  private static final int BATCH = 5_000;

  /** Its library brings no statements to make its table; the columns are those it asks for. */
  private static final String CREATE =
      """
      CREATE TABLE scheduled_tasks (
        task_name text NOT NULL,
        task_instance text NOT NULL,
        task_data bytea,
        execution_time timestamptz,
        picked boolean NOT NULL,
        picked_by text,
        last_success timestamptz,
        last_failure timestamptz,
        consecutive_failures integer,
        last_heartbeat timestamptz,
        version bigint NOT NULL,
        priority smallint,
        state text,
        PRIMARY KEY (task_name, task_instance));
      CREATE INDEX scheduled_tasks_due ON scheduled_tasks (execution_time);
      CREATE INDEX scheduled_tasks_heartbeat ON scheduled_tasks (last_heartbeat);
      """;

  private final HikariDataSource pool;
  private volatile CountDownLatch left = new CountDownLatch(0);
  private final OneTimeTask<Void> trivial =
      Tasks.oneTime("trivial").execute((instance, context) -> left.countDown());
  private int enqueued;

  DbSchedulerContender(DatabaseAddress database) throws SQLException {
    pool = Contenders.pool(database, CONNECTIONS);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(CREATE);
    }
  }

  @Override
  public void preload(int jobs) {
    SchedulerClient client = SchedulerClient.Builder.create(pool, trivial).build();
    Instant now = Instant.now();
    for (int done = 0; done < jobs; ) {
      List<TaskInstance<?>> batch = new ArrayList<>();
      while (batch.size() < BATCH && done < jobs) {
        batch.add(trivial.instance(Integer.toString(enqueued++)));
        done++;
      }
      client.scheduleBatch(batch, now);
    }
  }

  @Override
  public double drain(int jobs) throws Exception {
    left = new CountDownLatch(jobs);
    Scheduler scheduler =
        Scheduler.create(pool, trivial)
            .threads(THREADS)
            .pollUsingLockAndFetch(1.0, 4.0)
            .pollingInterval(Duration.ofSeconds(1))
            .build();
    long start = System.nanoTime();
    scheduler.start();
    left.await();
    Contenders.await(pool, "SELECT NOT EXISTS (SELECT FROM scheduled_tasks)");
    double seconds = Contenders.secondsSince(start);
    scheduler.stop();
    return seconds;
  }

  @Override
  public void close() {
    pool.close();
  }
}
