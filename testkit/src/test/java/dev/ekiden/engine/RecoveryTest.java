package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.WorkerProcess.Task;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecoveryTest {
  /** As short as the engine allows: the tests wait for it to run out. */
  private static final Duration LEASE = Duration.ofSeconds(1);

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final RecordingListener listener = new RecordingListener();
  private final JobDefinition<Task> task = WorkerProcess.task(letGo);

  private Engine engine() {
    Engine engine =
        jobs.closeAfterTest(
            Engine.on(jobs.database().dataSource())
                .definitions(task)
                .listener(listener)
                .lease(LEASE)
                .build());
    engine.start();
    return engine;
  }

  private WorkerProcess worker(int concurrency) {
    return WorkerProcess.start(jobs.testDatabase().address(), LEASE, concurrency);
  }

  private static List<Long> ids(List<Enqueued> all) {
    return all.stream().map(Enqueued::id).toList();
  }

  @Test
  void jobsOfAKilledWorkerRunElsewhereAndNotAsFailures() {
    Engine engine = engine();
    List<Long> ids;
    try (WorkerProcess doomed = worker(4)) {
      ids = ids(engine.enqueue(Collections.nCopies(4, task.request(new Task("wait")))));
      doomed.awaitLine("started " + ids.getLast());
      doomed.signal("KILL");
    }
    letGo.countDown();
    engine.worker(WorkerOptions.of("tasks")).start();
    listener.await(4, event -> event.endsWith("/2 SUCCEEDED"));
    for (long id : ids) {
      Job job = engine.jobs().get(id);
      assertThat(job.losses()).isEqualTo(1);
      assertThat(job.failures()).isZero();
      assertThat(engine.jobs().attempts(id))
          .extracting(Attempt::outcome)
          .containsExactly(Attempt.Outcome.LOST, Attempt.Outcome.SUCCEEDED);
    }
    assertThat(runTogether()).as("each ran alone the second time").isEqualTo(1);
  }

  /** The most second attempts that ran at the same time here. */
  private int runTogether() {
    int now = 0;
    int most = 0;
    for (String event : listener.events()) {
      if (event.startsWith("started") && event.endsWith("/2")) {
        most = Math.max(most, ++now);
      } else if (event.startsWith("ended") && event.contains("/2 ")) {
        now--;
      }
    }
    return most;
  }

  @Test
  void aJobThatKillsItsWorkerIsGivenUpAndTakesNobodyAlong() {
    Engine engine = engine();
    List<JobRequest> requests = new ArrayList<>();
    requests.add(task.request(new Task("crash")));
    requests.addAll(Collections.nCopies(20, task.request(new Task("nothing"))));
    List<Long> ids = ids(engine.enqueue(requests));
    long crashing = ids.getFirst();
    for (int i = 1; i <= Recovery.MAX_LOSSES; i++) {
      try (WorkerProcess doomed = worker(4)) {
        assertThat(doomed.awaitExit()).isEqualTo(137);
      }
    }
    try (WorkerProcess last = worker(4)) {
      listener.await(1, event -> event.startsWith("lost"));
      await(engine, crashing);
      ids.forEach(id -> await(engine, id));
      last.letGo();
    }
    Job job = engine.jobs().get(crashing);
    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.errorType()).isEqualTo("worker-lost");
    assertThat(job.losses()).isEqualTo(3);
    for (long innocent : ids.subList(1, ids.size())) {
      assertThat(engine.jobs().get(innocent).state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(engine.jobs().get(innocent).losses()).isLessThanOrEqualTo(1);
    }
  }

  private static void await(Engine engine, long id) {
    try {
      engine.jobs().await(id, Duration.ofSeconds(60));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anAttemptThatOutlivedItsLeaseIsFenced() {
    Engine engine = engine();
    try (WorkerProcess sleeper = worker(1)) {
      long id = engine.enqueue(task.request(new Task("wait"))).id();
      sleeper.awaitLine("started " + id);
      sleeper.signal("STOP");
      letGo.countDown();
      listener.await(1, event -> event.equals("lost 1"));
      engine.worker(WorkerOptions.of("tasks")).start();
      listener.await(1, event -> event.equals("ended " + id + "/2 SUCCEEDED"));
      sleeper.signal("CONT");
      sleeper.letGo();
      sleeper.awaitLine("refused " + id);
      Job job = engine.jobs().get(id);
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.attempt()).isEqualTo(2);
      assertThat(engine.jobs().attempts(id)).hasSize(2);
    }
  }
}
