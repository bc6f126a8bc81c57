package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DrainTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final AtomicInteger interrupted = new AtomicInteger();
  private final RecordingListener listener = new RecordingListener();
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .handler((payload, context) -> {
            if (payload.number() == 0) {
              return "quick";
            }
            try {
              letGo.await();
            } catch (InterruptedException e) {
              interrupted.incrementAndGet();
              throw e;
            }
            return "patient";
          });

  @Test
  void runningJobsEndAndUnstartedOnesGoBackWithoutATrace() throws Exception {
    Engine engine = jobs.engine(listener, work);
    engine.start();
    Worker worker = engine.worker(WorkerOptions.of("work").withConcurrency(1));
    worker.start();
    // Quick ones first: the worker learns that it may claim ahead.
    engine.enqueue(Collections.nCopies(50, work.request(new Work(0))));
    listener.await(50, event -> event.endsWith("SUCCEEDED"));
    long running = engine.enqueue(work.request(new Work(1))).id();
    listener.await(1, event -> event.equals("started " + running + "/1"));
    List<Long> waiting =
        engine.enqueue(Collections.nCopies(5, work.request(new Work(1)))).stream()
            .map(Enqueued::id)
            .toList();
    RunTest.awaitState(engine, waiting.getLast(), JobState.RUNNING);
    assertThat(engine.jobs().get(waiting.getLast()).startedAt()).as("claimed ahead").isNull();
    Thread drain = Thread.ofVirtual().start(() -> worker.drain(Duration.ofSeconds(30)));
    RunTest.awaitState(engine, waiting.getLast(), JobState.READY);
    assertThat(engine.jobs().get(running).state()).isEqualTo(JobState.RUNNING);
    letGo.countDown();
    drain.join();
    assertThat(engine.jobs().get(running).state()).isEqualTo(JobState.SUCCEEDED);
    for (long id : waiting) {
      Job job = engine.jobs().get(id);
      assertThat(job.state()).isEqualTo(JobState.READY);
      assertThat(job.attempt()).isZero();
      assertThat(engine.jobs().attempts(id)).isEmpty();
    }
    assertThat(engine.workers()).isEmpty();
    assertThat(interrupted).hasValue(0);
  }

  @Test
  void whatRunsLongerThanTheGraceIsGivenBackUncounted() {
    Engine engine = jobs.engine(listener, work);
    engine.start();
    Worker worker = engine.worker(WorkerOptions.of("work"));
    worker.start();
    long id = engine.enqueue(work.request(new Work(1))).id();
    listener.await(1, event -> event.equals("started " + id + "/1"));
    worker.drain(Duration.ofMillis(50));
    assertThat(interrupted).hasValue(1);
    Job job = engine.jobs().get(id);
    assertThat(job.state()).isEqualTo(JobState.READY);
    assertThat(job.failures()).isZero();
    assertThat(job.losses()).isZero();
    assertThat(engine.jobs().attempts(id))
        .extracting(Attempt::outcome)
        .containsExactly(Attempt.Outcome.RETURNED);
    letGo.countDown();
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(engine.jobs().get(id).attempt()).isEqualTo(2);
  }

  @Test
  void pausingAQueueTakesBackWhatWasClaimedAhead() throws Exception {
    Engine engine = jobs.engine(listener, work);
    engine.start();
    engine.worker(WorkerOptions.of("work").withConcurrency(1)).start();
    engine.enqueue(Collections.nCopies(50, work.request(new Work(0))));
    listener.await(50, event -> event.endsWith("SUCCEEDED"));
    long running = engine.enqueue(work.request(new Work(1))).id();
    listener.await(1, event -> event.equals("started " + running + "/1"));
    long ahead = engine.enqueue(work.request(new Work(0))).id();
    RunTest.awaitState(engine, ahead, JobState.RUNNING);
    engine.queues().pause("work", "stop here");
    RunTest.awaitState(engine, ahead, JobState.READY);
    letGo.countDown();
    listener.await(1, event -> event.equals("ended " + running + "/1 SUCCEEDED"));
    assertThat(engine.jobs().get(ahead).state()).isEqualTo(JobState.READY);
    engine.queues().resume("work");
    listener.await(1, event -> event.equals("ended " + ahead + "/1 SUCCEEDED"));
  }
}
