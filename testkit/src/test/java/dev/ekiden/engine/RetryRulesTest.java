package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.RetryRule.Backoff;
import dev.ekiden.testkit.TestEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rules of a retry policy at work. */
class RetryRulesTest {
  record Nothing() {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private static JobDefinition<Nothing> failing(RetryPolicy policy, RuntimeException failure) {
    return JobDefinition.named("failing", Nothing.class)
        .retry(policy)
        .timeout(Duration.ofHours(1))
        .handler((payload, context) -> {
          throw failure;
        });
  }

  private static long enqueue(Engine engine) {
    return engine.enqueue(JobRequest.of("failing", new Nothing())).id();
  }

  @Test
  void aRuleHasABackOffOfItsOwn() {
    RetryPolicy policy =
        RetryPolicy.attempts(2)
            .withRules(
                RetryRule.on(UncheckedIOException.class)
                    .retry(Backoff.fixed(Duration.ofMinutes(10))));
    Engine engine = jobs.engine(failing(policy, new UncheckedIOException(new IOException("wet"))));
    long id = enqueue(engine);
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(jobs.advance(Duration.ofMinutes(9))).isZero();
    assertThat(jobs.advance(Duration.ofMinutes(2))).isEqualTo(1);
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void aRuleFailsAtOnce() {
    RetryPolicy policy =
        RetryPolicy.DEFAULT.withRules(RetryRule.on(IllegalArgumentException.class).fail());
    Engine engine = jobs.engine(failing(policy, new NumberFormatException("x")));
    long id = enqueue(engine);
    assertThat(jobs.runDue()).isEqualTo(1);
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.FAILED);
    assertThat(engine.jobs().get(id).failures()).isEqualTo(1);
  }

  @Test
  void whatDoesNotCountIsRetriedBeyondTheFailuresThatAreAllowed() {
    RetryPolicy policy = RetryPolicy.NEVER.withRules(RetryRule.onRetryAfter().retryUncounted());
    Engine engine =
        jobs.engine(failing(policy, JobFailure.retryAfter(Duration.ofMinutes(1), "busy")));
    long id = enqueue(engine);
    jobs.runDue();
    for (int i = 0; i < 3; i++) {
      assertThat(jobs.advance(Duration.ofSeconds(61))).isEqualTo(1);
    }
    Job job = engine.jobs().get(id);
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.failures()).isZero();
    assertThat(job.attempt()).isEqualTo(4);
    assertThat(engine.jobs().attempts(id))
        .hasSize(4)
        .allSatisfy(attempt -> assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.RETRIED));
    assertThat(engine.explain(id).reasons().getFirst().code()).isEqualTo("backing-off");
  }
}
