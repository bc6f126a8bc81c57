package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Changes.JobMarks;
import dev.ekiden.engine.Changes.Look;
import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every change of what is shown changes a mark, and nothing else does. */
class ChangesTest {
  record Work(String name) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .queue("works")
          .retry(RetryPolicy.NEVER)
          .handler((work, context) -> {
            context.log("working on %s", work.name());
            if (work.name().equals("bad")) {
              throw new IllegalStateException("bad");
            }
            return null;
          });
  private final Engine engine = jobs.engine(work);
  private Look before = engine.changes().look(List.of());

  private Look look(Long... watched) {
    return engine.changes().look(List.of(watched));
  }

  private void assertChanged(Topic... topics) {
    Look now = look();
    assertThat(now.since(before)).containsExactlyInAnyOrder(topics);
    before = now;
  }

  @Test
  void nothingChangesByItself() {
    engine.enqueue(work.request(new Work("one")));
    before = look();
    jobs.database().inTransaction(handle -> DepthTable.addUp(handle, 1_000));
    assertChanged();
  }

  @Test
  void eachMoveOfAJobIsAChange() {
    long job = engine.enqueue(work.request(new Work("one")).withDelay(Duration.ofHours(1))).id();
    assertChanged(Topic.JOBS, Topic.QUEUES);
    engine.jobs().retry(job);
    assertChanged(Topic.JOBS, Topic.QUEUES);
    engine.jobs().cancel(job);
    assertChanged(Topic.JOBS, Topic.QUEUES);
    engine.jobs().retry(job);
    assertChanged(Topic.JOBS, Topic.QUEUES);
    engine.runDue();
    assertThat(look().since(before)).contains(Topic.JOBS, Topic.QUEUES);
  }

  @Test
  void queuesSchedulesAndBulkOperationsHaveTopics() {
    engine.queues().pause("works", "why");
    assertChanged(Topic.QUEUES);
    engine.queues().resume("works");
    assertChanged(Topic.QUEUES);
    engine.limits().put(Limit.running(new Limit.Scope.Queue("works"), 1));
    assertChanged(Topic.QUEUES);
    engine
        .schedules()
        .put("s", work.request(new Work("s")), new Timing.Cron("0 3 * * *"), ZoneOffset.UTC);
    assertChanged(Topic.SCHEDULES);
    engine.schedules().pause("s");
    assertChanged(Topic.SCHEDULES);
    engine.bulk().run(BulkRequest.cancel(JobFilter.ALL.withQueue("works")));
    assertThat(look().since(before)).contains(Topic.BULK);
  }

  @Test
  void aWatchedJobTellsOfItsStateAndLog() {
    long job = engine.enqueue(work.request(new Work("bad")).withDelay(Duration.ofHours(1))).id();
    long other = engine.enqueue(work.request(new Work("other"))).id();
    JobMarks waiting = marks(job);
    engine.jobs().cancel(other);
    assertThat(marks(job)).isEqualTo(waiting);
    engine.jobs().retry(job);
    JobMarks ready = marks(job);
    assertThat(ready.state()).isNotEqualTo(waiting.state());
    assertThat(ready.log()).isEqualTo(waiting.log());
    engine.runDue();
    JobMarks failed = marks(job);
    assertThat(failed.state()).isNotEqualTo(ready.state());
    assertThat(failed.log()).isNotEqualTo(ready.log());
    engine.jobs().retry(job);
    assertThat(marks(job).state()).isNotEqualTo(failed.state());
    assertThat(look(99_999L).job(99_999)).isNotNull();
  }

  private JobMarks marks(long job) {
    return Objects.requireNonNull(look(job).job(job));
  }

  @Test
  void watchedJobsAreLimited() {
    List<Long> most = LongStream.rangeClosed(1, Changes.MAX_WATCHED).boxed().toList();
    assertThat(engine.changes().look(most).jobs()).hasSize(Changes.MAX_WATCHED);
    List<Long> more = LongStream.rangeClosed(0, Changes.MAX_WATCHED).boxed().toList();
    assertThatThrownBy(() -> engine.changes().look(more))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("at most 1000 jobs");
  }
}
