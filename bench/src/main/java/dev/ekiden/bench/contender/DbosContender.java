package dev.ekiden.bench.contender;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.DBOSClient;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Queue;
import dev.dbos.transact.workflow.Workflow;
import dev.ekiden.postgres.DatabaseAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** DBOS Transact: a queue of empty workflows. */
public final class DbosContender implements Contender {
  private static final String QUEUE = "bench";
  private static final int WORKERS = 1_000;
  private static final int ENQUEUERS = 16;
  private static final int CONNECTIONS = 32;
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final AtomicInteger LEFT = new AtomicInteger();

  private final HikariDataSource pool;

  DbosContender(DatabaseAddress database) {
    pool = Contenders.pool(database, CONNECTIONS);
    DBOS once = dbos();
    once.launch(); // makes the tables, and the queue known
    once.shutdown();
  }

  /** What it wants to make a proxy of. */
  public interface Trivial {
    String run();
  }

  /** The workflow. */
  public static final class TrivialWorkflow implements Trivial {
    @Override
    @Workflow(name = "trivial")
    public String run() {
      LEFT.decrementAndGet();
      return "";
    }
  }

  private DBOS dbos() {
    DBOS dbos =
        new DBOS(
            DBOSConfig.defaults("bench")
                .withDataSource(pool)
                .withAppVersion("1")
                .withExecutorId("1"));
    Queue queue =
        new Queue(QUEUE).withWorkerConcurrency(WORKERS).withPollingInterval(POLL_INTERVAL);
    dbos.registerQueue(queue);
    dbos.registerProxy(Trivial.class, new TrivialWorkflow());
    return dbos;
  }

  /** It has no call for many. */
  @Override
  public void preload(int jobs) {
    LEFT.addAndGet(jobs);
    // Closing the executor, which comes first, waits for all.
    try (DBOSClient client = new DBOSClient(pool);
        ExecutorService enqueuers = Executors.newFixedThreadPool(ENQUEUERS)) {
      DBOSClient.EnqueueOptions options =
          new DBOSClient.EnqueueOptions("trivial", TrivialWorkflow.class.getName(), QUEUE);
      for (int i = 0; i < jobs; i++) {
        enqueuers.execute(() -> client.enqueueWorkflow(options, new Object[0]));
      }
    }
  }

  @Override
  public double drain(int jobs) throws Exception {
    DBOS dbos = dbos();
    long start = System.nanoTime();
    dbos.launch();
    while (LEFT.get() > 0) {
      Thread.sleep(1);
    }
    Contenders.await(
        pool, "SELECT NOT EXISTS (SELECT FROM dbos.workflow_status WHERE status <> 'SUCCESS')");
    double seconds = Contenders.secondsSince(start);
    dbos.shutdown();
    return seconds;
  }

  @Override
  public void close() {
    pool.close();
  }
}
