package dev.ekiden.bench.contender;

import com.zaxxer.hikari.HikariDataSource;
import dev.ekiden.postgres.DatabaseAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.scheduling.JobScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.jspecify.annotations.Nullable;

/** JobRunr's open edition with 100 workers on virtual threads. */
public final class JobRunrContender implements Contender {
  private static final int WORKERS = 100;
  private static final int CONNECTIONS = 20;

  /** The shortest it accepts on a database. */
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(5);

  private static final AtomicInteger LEFT = new AtomicInteger();

  private final HikariDataSource pool;
  private final JsonMapper mapper = new Jackson3JsonMapper();
  private final PostgresStorageProvider storage;
  private final JobScheduler scheduler;
  private int enqueued;

  JobRunrContender(DatabaseAddress database) {
    pool = Contenders.pool(database, CONNECTIONS);
    storage = new PostgresStorageProvider(pool);
    scheduler =
        JobRunr.configure()
            .useJsonMapper(mapper)
            .useStorageProvider(storage)
            .initialize()
            .getJobScheduler();
  }

  /** The job. */
  public static void trivial(int number) {
    LEFT.decrementAndGet();
  }

  @Override
  public void preload(int jobs) {
    LEFT.addAndGet(jobs);
    enqueued += jobs;
    scheduler.enqueue(IntStream.range(0, jobs).boxed(), number -> trivial(number));
  }

  @Override
  public double drain(int jobs) throws Exception {
    BackgroundJobServer server =
        new BackgroundJobServer(
            storage,
            mapper,
            new NoActivator(),
            BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andWorkerCount(WORKERS)
                .andPollInterval(POLL_INTERVAL));
    long start = System.nanoTime();
    server.start();
    while (LEFT.get() > 0) {
      Thread.sleep(1);
    }
    Contenders.await(
        pool,
        "SELECT count(*) = %d FROM jobrunr_jobs WHERE state = 'SUCCEEDED'".formatted(enqueued));
    double seconds = Contenders.secondsSince(start);
    server.stop();
    return seconds;
  }

  @Override
  public void close() {
    pool.close();
  }

  /** Jobs are static methods. */
  private static final class NoActivator implements JobActivator {
    @Override
    public <T> @Nullable T activateJob(Class<T> type) {
      return null;
    }
  }
}
