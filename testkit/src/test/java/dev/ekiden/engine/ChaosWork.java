package dev.ekiden.engine;

import dev.ekiden.engine.ChaosHistory.Act;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The jobs of the chaos test, in its own JVM and in worker processes. */
final class ChaosWork {
  /** Fails so many times, then works; {@code key} is the COALESCE key it was enqueued with. */
  record Item(int fails, @Nullable String key) {}

  static final String QUEUE = "chaos";
  static final String BATCHES = "batches";

  private static final RetryPolicy RETRY =
      new RetryPolicy(3, Duration.ofMillis(20), 4, Duration.ofSeconds(5), 0.5);

  /** Each call of a handler notes under a name of its own, so that a second one is seen. */
  private static final AtomicLong CALLS = new AtomicLong();

  private ChaosWork() {}

  private static String call(String process) {
    return process + ", call " + CALLS.incrementAndGet();
  }

  /** Definitions whose handlers note what they do under a name that is theirs alone. */
  static List<JobDefinition<Item>> definitions(ChaosHistory history, String process) {
    return List.of(
        JobDefinition.named("single", Item.class)
            .queue(QUEUE)
            .retry(RETRY)
            .handler((item, context) -> run(history, process, item, context)),
        JobDefinition.named("hanging", Item.class)
            .queue(QUEUE)
            .retry(RETRY)
            .timeout(Duration.ofMillis(100))
            .handler((item, context) -> {
              history.act(Act.BEGIN, call(process), item.key(), List.of(context));
              new CountDownLatch(1).await();
              return null;
            }),
        JobDefinition.named("batch", Item.class)
            .queue(BATCHES)
            .retry(RETRY)
            .batchHandler(20, items -> runBatch(history, process, items)));
  }

  private static String run(ChaosHistory history, String process, Item item, JobContext context) {
    String call = call(process);
    history.act(Act.BEGIN, call, item.key(), List.of(context));
    if (context.failures() < item.fails()) {
      history.act(Act.FAILED, call, item.key(), List.of(context));
      throw new IllegalStateException("fails " + item.fails() + " times");
    }
    history.act(Act.DONE, call, item.key(), List.of(context));
    return process;
  }

  private static void runBatch(ChaosHistory history, String process, List<BatchItem<Item>> items) {
    String call = call(process);
    history.act(Act.BEGIN, call, null, items.stream().map(BatchItem::context).toList());
    List<JobContext> done = new ArrayList<>();
    for (BatchItem<Item> item : items) {
      if (item.context().failures() < item.payload().fails()) {
        item.fail(new IllegalStateException("fails"));
      } else {
        done.add(item.context());
      }
    }
    history.act(Act.DONE, call, null, done);
  }

  /** A worker process: address, user, lease in milliseconds. */
  public static void main(String[] arguments) throws InterruptedException {
    DatabaseAddress address =
        DatabaseAddress.of(arguments[0], arguments[1], System.getenv("WORKER_PASSWORD"));
    String process = "process " + ProcessHandle.current().pid();
    try (Database database = Database.open(address, 8, process);
        Engine engine =
            Engine.on(database.dataSource())
                .definitions(definitions(ChaosHistory.of(database), process))
                .lease(Duration.ofMillis(Long.parseLong(arguments[2])))
                .name(process)
                .build()) {
      engine.start();
      engine.worker(WorkerOptions.of(QUEUE, BATCHES).withConcurrency(4)).start();
      System.out.println("ready");
      System.out.flush();
      new CountDownLatch(1).await();
    }
  }
}
