package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL goes away under load, for longer than a lease, and comes back. */
class DatabaseRestartTest {
  record Work(int number) {}

  private static final int LONG = 20;

  @TempDir Path directory;

  @Test
  void nothingIsLostAndNoRunningWorkIsKilled() throws Exception {
    CountDownLatch letGo = new CountDownLatch(1);
    CountDownLatch allRun = new CountDownLatch(LONG);
    AtomicInteger interrupted = new AtomicInteger();
    Set<Integer> effects = ConcurrentHashMap.newKeySet();
    JobDefinition<Work> patient =
        JobDefinition.named("patient", Work.class)
            .handler((work, context) -> {
              allRun.countDown();
              try {
                letGo.await();
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
              }
              return "finished";
            });
    JobDefinition<Work> quick =
        JobDefinition.named("quick", Work.class)
            .handler((work, context) -> effects.add(work.number()));
    try (EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory));
        Database database = Database.open(server.address(), 8, "restart test")) {
      try (Engine engine =
          Engine.on(database.dataSource())
              .definitions(patient, quick)
              .lease(Duration.ofSeconds(1))
              .build()) {
        engine.migrate();
        engine.start();
        engine.worker(WorkerOptions.of("patient").withConcurrency(LONG)).start();
        engine.worker(WorkerOptions.of("quick")).start();
        List<Enqueued> running =
            engine.enqueue(Collections.nCopies(LONG, patient.request(new Work(0))));
        allRun.await();

        AtomicBoolean stop = new AtomicBoolean();
        List<Long> accepted = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger refused = new AtomicInteger();
        Thread producer =
            Thread.ofVirtual().start(() -> produce(engine, quick, stop, accepted, refused));
        awaitSize(accepted, 200);
        for (int i = 0; i < 2; i++) {
          int before = accepted.size();
          server.restart();
          awaitSize(accepted, before + 200);
        }
        stop.set(true);
        producer.join();
        assertThat(refused).as("the outage was noticed").hasPositiveValue();

        letGo.countDown();
        for (Enqueued one : running) {
          Job job = engine.jobs().await(one.id(), TestEngine.PATIENCE);
          assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
          assertThat(job.attempt()).as("never started again").isEqualTo(1);
        }
        assertThat(interrupted).hasValue(0);
        for (long id : List.copyOf(accepted)) {
          assertThat(engine.jobs().await(id, TestEngine.PATIENCE).state())
              .isEqualTo(JobState.SUCCEEDED);
        }
        assertThat(effects.size()).isGreaterThanOrEqualTo(accepted.size());
        QueueSummary queue = engine.queues().find("quick").orElseThrow();
        assertThat(queue.ready() + queue.scheduled() + queue.blocked() + queue.running()).isZero();
      }
    }
  }

  /** What was accepted is there after server and program are gone and came back, every one once. */
  @Test
  void aHundredThousandQueuedJobsSurviveARestart() throws Exception {
    int count = 100_000;
    JobDefinition<Work> waiting =
        JobDefinition.named("waiting", Work.class).handler((work, context) -> null);
    Set<Long> accepted = new HashSet<>();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory))) {
      try (Database database = Database.open(server.address(), 4, "restart test");
          Engine engine = Engine.on(database.dataSource()).definitions(waiting).build()) {
        engine.migrate();
        engine.register();
        for (int from = 0; from < count; from += Engine.MAX_BULK) {
          List<JobRequest> requests = new ArrayList<>();
          for (int i = 0; i < Engine.MAX_BULK; i++) {
            requests.add(waiting.request(new Work(from + i)));
          }
          engine.enqueue(requests).forEach(one -> accepted.add(one.id()));
        }
      }
      server.restart();
      try (Database database = Database.open(server.address(), 4, "restart test");
          Engine engine = Engine.on(database.dataSource()).definitions(waiting).build()) {
        engine.register();
        assertThat(engine.queues().find("waiting").orElseThrow().ready()).isEqualTo(count);
        Set<Long> found = new HashSet<>();
        String cursor = null;
        do {
          Page<Job> page = engine.jobs().list(JobFilter.ALL, cursor, Jobs.MAX_PAGE);
          page.items().forEach(job -> found.add(job.id()));
          cursor = page.next();
        } while (cursor != null);
        assertThat(found).hasSize(count).isEqualTo(accepted);
      }
    }
  }

  private static void produce(
      Engine engine,
      JobDefinition<Work> quick,
      AtomicBoolean stop,
      List<Long> accepted,
      AtomicInteger refused) {
    int number = 0;
    while (!stop.get()) {
      try {
        accepted.add(engine.enqueue(quick.request(new Work(number++))).id());
      } catch (RuntimeException e) {
        if (!Database.isTransient(e)) {
          throw e;
        }
        refused.incrementAndGet();
      }
    }
  }

  private static void awaitSize(List<Long> list, int size) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (list.size() < size) {
      assertThat(System.nanoTime()).as("time to accept %d jobs", size).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
