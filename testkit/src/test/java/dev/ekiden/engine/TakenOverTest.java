package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs whose work goes on without the worker, and what their handlers know and say. */
class TakenOverTest {
  private static final int LOSSES = Recovery.MAX_LOSSES + 1;

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final Map<String, Boolean> started = new ConcurrentHashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CountDownLatch together = new CountDownLatch(2);
  private volatile JobContext first;

  private final JobDefinition<Integer> program =
      JobDefinition.named("program", Integer.class)
          .takenOver()
          .handler((number, context) -> {
            if (context.attempt() == 1 && number == 1) {
              first = context;
            }
            started.put(number + "/" + context.attempt(), context.isCurrent());
            if (context.attempt() <= LOSSES) {
              stopped.await();
            }
            together.countDown();
            together.await();
            return context.attempt();
          });

  private Engine engine(JobDefinition<?>... definitions) {
    Engine engine =
        jobs.closeAfterTest(
            Engine.on(jobs.database().dataSource())
                .definitions(definitions)
                .lease(Duration.ofSeconds(1))
                .build());
    engine.start();
    return engine;
  }

  @Test
  void aLostWorkerIsNoLossHoweverOftenAndNobodyRunsAlone() throws Exception {
    Engine engine = engine(program);
    engine.worker(WorkerOptions.of("program").withPollInterval(Duration.ofMillis(50))).start();
    List<Long> ids =
        engine.enqueue(List.of(program.request(1), program.request(2))).stream()
            .map(Enqueued::id)
            .toList();
    for (int attempt = 1; attempt <= LOSSES; attempt++) {
      int number = attempt;
      TestEngine.awaitUntil(
          "both run at attempt " + number,
          () -> started.containsKey("1/" + number) && started.containsKey("2/" + number));
      if (number == 1) {
        assertThat(first.isCurrent()).isTrue();
      }
      jobs.database()
          .useTransaction(handle ->
              handle.execute(
                  "UPDATE ekiden.worker SET ended_at = clock_timestamp(), lost = true"
                      + " WHERE ended_at IS NULL"));
    }
    for (long id : ids) {
      Job job = engine.jobs().await(id, TestEngine.PATIENCE);
      assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(job.result()).isEqualTo(Integer.toString(LOSSES + 1));
      assertThat(job.losses()).isZero();
      assertThat(job.failures()).isZero();
      assertThat(engine.jobs().attempts(id).subList(0, LOSSES))
          .allMatch(attempt -> attempt.outcome() == Outcome.LOST)
          .allMatch(attempt -> "worker-lost".equals(attempt.errorType()));
    }
    assertThat(started.values()).as("each was the job's own at its start").containsOnly(true);
    assertThat(first.isCurrent()).as("others had it since").isFalse();
    stopped.countDown();
  }

  @Test
  void aHandlerKnowsWhyItIsToStop() throws Exception {
    Map<String, JobContext.Stop> reasons = new ConcurrentHashMap<>();
    CountDownLatch waiting = new CountDownLatch(2);
    JobDefinition<String> waits =
        JobDefinition.named("waits", String.class)
            .handler((name, context) -> {
              assertThat(context.stopReason()).isEmpty();
              waiting.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                reasons.put(name, context.stopReason().orElseThrow());
                throw e;
              }
              return null;
            });
    Engine engine = engine(waits);
    Worker worker = engine.worker(WorkerOptions.of("waits"));
    worker.start();
    long canceled = engine.enqueue(waits.request("canceled")).id();
    engine.enqueue(waits.request("drained"));
    waiting.await();
    engine.jobs().cancel(canceled);
    engine.jobs().await(canceled, TestEngine.PATIENCE);
    worker.drain(Duration.ZERO);
    assertThat(reasons)
        .isEqualTo(Map.of("canceled", JobContext.Stop.CANCEL, "drained", JobContext.Stop.DRAIN));
  }

  @Test
  void aFailureMayHaveANameAndNotCount() throws Exception {
    JobDefinition<Integer> fails =
        JobDefinition.named("fails", Integer.class)
            .retry(RetryPolicy.NEVER)
            .handler((number, context) -> {
              if (context.attempt() < 3) {
                throw JobFailure.retryAfter(Duration.ZERO, "its place is silent")
                    .withType("elsewhere")
                    .uncounted();
              }
              throw JobFailure.permanent("it ended with exit code 3").withType("exit-code");
            });
    Engine engine = engine();
    engine.define(fails);
    engine.worker(WorkerOptions.of("fails"), List.of("fails")).start();
    long id = engine.enqueue(fails.request(1)).id();
    Job job = engine.jobs().await(id, TestEngine.PATIENCE);
    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.errorType()).isEqualTo("exit-code");
    assertThat(job.error()).isEqualTo("it ended with exit code 3");
    assertThat(job.failures()).isEqualTo(1);
    assertThat(engine.jobs().attempts(id))
        .extracting(Attempt::errorType)
        .containsExactly("elsewhere", "elsewhere", "exit-code");
  }

  @Test
  void aDefinitionThatChangesKeepsItsNameAndGetsItsNewQueue() throws Exception {
    Engine engine = engine();
    JobDefinition<String> before =
        JobDefinition.named("grows", String.class).handler((text, context) -> "old " + text);
    engine.define(before);
    engine.define(
        JobDefinition.named("grows", String.class)
            .queue("wider")
            .handler((text, context) -> "new " + text));
    engine.worker(WorkerOptions.of("wider"), List.of("grows")).start();
    long id = engine.enqueue(before.request("text")).id();
    Job job = engine.jobs().await(id, TestEngine.PATIENCE);
    assertThat(job.queue()).isEqualTo("wider");
    assertThat(job.result()).isEqualTo("\"new text\"");
  }
}
