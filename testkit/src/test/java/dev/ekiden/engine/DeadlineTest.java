package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that are not to start after a time. */
class DeadlineTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .handler((payload, context) -> {
            ran.add(payload.number());
            return null;
          });
  private final Engine engine = jobs.engine(work);

  private Instant in(Duration time) {
    return engine.clock().now().plus(time);
  }

  private JobRequest request(int number) {
    return work.request(new Work(number)).startBefore(in(Duration.ofHours(1)));
  }

  private void late() {
    engine.clock().advance(Duration.ofHours(2));
  }

  private Job get(long id) {
    return engine.jobs().get(id);
  }

  @Test
  void aJobThatIsClaimedInTimeRuns() {
    long id = engine.enqueue(request(1)).id();
    jobs.runDue();
    assertThat(get(id).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(get(id).startBefore()).isNotNull();
  }

  @Test
  void aLateJobIsDroppedWithAReasonAndTheOthersRun() {
    long dropped = engine.enqueue(request(1)).id();
    long other = engine.enqueue(work.request(new Work(2))).id();
    late();
    assertThat(engine.explain(dropped).reasons())
        .extracting(Explanation.Reason::code)
        .contains("past-deadline");
    jobs.runDue();
    assertThat(ran).containsExactly(2);
    assertThat(get(dropped).state()).isEqualTo(JobState.CANCELED);
    assertThat(get(dropped).errorType()).isEqualTo("deadline");
    assertThat(get(dropped).error()).contains("in time");
    assertThat(get(dropped).startedAt()).isNull();
    assertThat(get(other).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aLateJobRunsIfItIsAskedTo() {
    long id =
        engine
            .enqueue(
                work.request(new Work(1))
                    .startBefore(in(Duration.ofHours(1)), JobRequest.Lateness.RUN))
            .id();
    late();
    jobs.runDue();
    assertThat(get(id).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void whoRetriesADroppedJobRunsIt() {
    long id = engine.enqueue(request(1)).id();
    late();
    jobs.runDue();
    engine.jobs().retry(id);
    jobs.runDue();
    assertThat(get(id).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(get(id).startBefore()).isNull();
  }

  @Test
  void aDroppedJobLetsItsSerialKeyGoOn() {
    long dropped = engine.enqueue(request(1).withKey(Key.serial("k"))).id();
    long next = engine.enqueue(work.request(new Work(2)).withKey(Key.serial("k"))).id();
    late();
    jobs.runDue();
    assertThat(get(dropped).state()).isEqualTo(JobState.CANCELED);
    assertThat(get(next).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void coalescedJobsAreDroppedOnlyTogether() {
    long patient = engine.enqueue(work.request(new Work(1)).withKey(Key.coalesce("a"))).id();
    long hasty = engine.enqueue(request(2).withKey(Key.coalesce("a"))).id();
    long first = engine.enqueue(request(3).withKey(Key.coalesce("b"))).id();
    long second = engine.enqueue(request(4).withKey(Key.coalesce("b"))).id();
    late();
    jobs.runDue();
    assertThat(ran).containsExactly(2);
    assertThat(get(patient).coalescedInto()).isEqualTo(hasty);
    assertThat(get(second).errorType()).isEqualTo("deadline");
    assertThat(get(first).errorType()).isEqualTo("deadline");
    assertThat(get(first).coalescedInto()).isEqualTo(second);
  }

  @Test
  void aDroppedJobTakesNoPlaceUnderALimit() {
    engine.limits().put(Limit.running(new Limit.Scope.Queue("work"), 1));
    long dropped = engine.enqueue(request(1)).id();
    long other = engine.enqueue(work.request(new Work(2))).id();
    late();
    jobs.runDue();
    assertThat(get(dropped).state()).isEqualTo(JobState.CANCELED);
    assertThat(get(other).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void timesAreChecked() {
    assertThatThrownBy(() -> request(1).startBefore(Instant.EPOCH.minusSeconds(1)))
        .isInstanceOf(InvalidRequestException.class);
  }
}
