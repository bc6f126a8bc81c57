package dev.ekiden.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TestEngineTest {
  record Sum(int first, int second) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private static final JobDefinition<Sum> ADD =
      JobDefinition.named("add", Sum.class)
          .queue("sums")
          .handler((sum, context) -> Math.addExact(sum.first(), sum.second()));

  @RepeatedTest(2)
  void everyTestBeginsEmptyAndOnTime() {
    Engine engine = jobs.engine(ADD);
    assertThat(engine.clock().offset()).isZero();
    assertThat(jobs.jobs(ADD)).isEmpty();
    engine.enqueue(ADD.request(new Sum(1, 2)));
    jobs.advance(Duration.ofDays(3));
    assertThat(jobs.jobs(ADD)).hasSize(1);
  }

  @Test
  void findsJobsWithTheirPayloadsInOrder() {
    Engine engine = jobs.engine(ADD);
    engine.enqueue(ADD.request(new Sum(1, 2)));
    jobs.runDue();
    engine.enqueue(ADD.request(new Sum(3, 4)).withPriority(9));
    assertThat(jobs.jobs(ADD))
        .extracting(job -> job.job().state(), EnqueuedJob::payload)
        .containsExactly(
            tuple(JobState.SUCCEEDED, new Sum(1, 2)), tuple(JobState.READY, new Sum(3, 4)));
    JobAssert.assertThat(jobs.jobs(ADD).getFirst().job())
        .hasResult(3)
        .hasPayload(new Sum(1, 2))
        .isInQueue("sums")
        .hasPriority(5)
        .hasAttempts(1)
        .hasFailures(0);
    JobAssert.assertThat(jobs.jobs(ADD).getLast().job()).hasPriority(9).hasResult(null);
  }

  @Test
  void assertionsTellTheJob() {
    Engine engine = jobs.engine(ADD);
    Instant time = Instant.parse("2099-01-01T00:00:00Z");
    long later = engine.enqueue(ADD.request(new Sum(1, 2)).startingAt(time)).id();
    JobAssert.assertThat(engine.jobs().get(later)).isScheduledAt(time);
    long id = engine.enqueue(ADD.request(new Sum(Integer.MAX_VALUE, 1))).id();
    jobs.runDue();
    assertThatThrownBy(() -> JobAssert.assertThat(engine.jobs().get(id)).hasSucceeded())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Expected state <SUCCEEDED> but was <SCHEDULED>")
        .hasMessageContaining("of 'add': SCHEDULED, attempt 1, 1 failures")
        .hasMessageContaining("integer overflow");
    assertThatThrownBy(
            () -> JobAssert.assertThat(engine.jobs().get(id)).hasErrorContaining("division"))
        .hasMessageContaining("an error with <division>");
    assertThatThrownBy(() -> JobAssert.assertThat(engine.jobs().get(id)).hasResult(7))
        .hasMessageContaining("Expected result <7> but was <null>");
  }

  @Test
  void needsAnEngine() {
    assertThatIllegalStateException()
        .isThrownBy(jobs::runDue)
        .withMessageContaining("make an engine first");
  }
}
