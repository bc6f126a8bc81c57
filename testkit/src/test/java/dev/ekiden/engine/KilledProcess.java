package dev.ekiden.engine;

import dev.ekiden.engine.BulkRequest.Action;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** A process that is killed in the middle of its work: of a bulk operation, or of a handler. */
final class KilledProcess {
  record Work(String how) {}

  static final String BULK_ID = "killed";
  static final String NAME = "killed process";

  private KilledProcess() {}

  static BulkRequest request(Action action) {
    JobFilter filter = JobFilter.ALL.withQueue("bulk");
    return switch (action) {
      case RETRY -> BulkRequest.retry(filter.withStates(JobState.CANCELED));
      case CLONE -> BulkRequest.clone(filter, JobChanges.NONE.withGroup("clones"));
      case CANCEL -> BulkRequest.cancel(filter);
    };
  }

  /**
   * Notes an effect and completes its job in the same transaction.
   *
   * @param stops whether to stop before or after its commit, as the payload says
   */
  static JobDefinition<Work> effect(Supplier<DataSource> database, boolean stops) {
    return JobDefinition.named("effect", Work.class)
        .queue("effects")
        .handler((work, context) -> {
          try (Connection connection = database.get().getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, context.jobId());
            context.completeIn(connection, "done");
            if (stops && work.how().equals("before")) {
              stop();
            }
            connection.commit();
            if (stops) {
              stop();
            }
          }
          return null;
        });
  }

  private static void insert(Connection connection, long job) throws SQLException {
    try (var statement = connection.prepareStatement("INSERT INTO public.effect VALUES (?)")) {
      statement.setLong(1, job);
      statement.execute();
    }
  }

  private static void stop() throws InterruptedException {
    say("stopped");
    new CountDownLatch(1).await();
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** The database's URL and user, then {@code effect} or the action of a bulk operation. */
  public static void main(String[] arguments) throws InterruptedException {
    DatabaseAddress address =
        DatabaseAddress.of(arguments[0], arguments[1], System.getenv("WORKER_PASSWORD"));
    try (Database database = Database.open(address, 6, NAME);
        Engine engine =
            Engine.on(database.dataSource())
                .definitions(effect(database::dataSource, true))
                .lease(Duration.ofSeconds(1))
                .build()) {
      if (arguments[2].equals("effect")) {
        engine.start();
        engine.worker(WorkerOptions.of("effects").withConcurrency(2)).start();
        say("ready");
        new CountDownLatch(1).await();
      }
      say("ready");
      engine
          .bulk()
          .run(BULK_ID, request(Action.valueOf(arguments[2])), null, progress -> say("batch"));
      say("finished");
    }
  }
}
