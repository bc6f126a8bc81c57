package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ends that come twice, too late, or from somebody who gave the job back, must not count. */
class FencingTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((payload, context) -> null);
  private final Engine engine = jobs.engine(work);

  private ClaimedJob claim(long worker) {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claim(handle, new Order(worker, row.queueId(), List.of(row.id()), 1, 0)))
        .jobs()
        .getFirst();
  }

  private static List<Settled> end(AttemptRef ref, Outcome outcome) {
    return jobs.database()
        .inTransaction(handle ->
            SettleTable.settle(
                handle, List.of(new Settlement(ref, outcome, false, 0, null, null, null, null))));
  }

  /**
   * A worker gives a job back, the answer is lost, it says so again; meanwhile another worker has
   * the job, under the number that the first one gave back.
   */
  @Test
  void aJobGivenBackTwiceIsNotTakenFromItsNextWorker() {
    long id = engine.enqueue(work.request(new Work(1))).id();
    ClaimedJob first = claim(1);
    assertThat(end(first.ref(), Outcome.RETURNED)).hasSize(1);
    ClaimedJob second = claim(2);
    assertThat(second.attempt()).as("handed back without a trace").isEqualTo(first.attempt());
    assertThat(end(first.ref(), Outcome.RETURNED)).isEmpty();
    assertThat(end(first.ref(), Outcome.SUCCEEDED)).isEmpty();
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.RUNNING);
    assertThat(end(second.ref(), Outcome.SUCCEEDED)).hasSize(1);
  }

  @Test
  void anEndCountsOnce() {
    long id = engine.enqueue(work.request(new Work(1))).id();
    ClaimedJob job = claim(1);
    assertThat(end(job.ref(), Outcome.SUCCEEDED)).hasSize(1);
    assertThat(end(job.ref(), Outcome.FAILED)).isEmpty();
    assertThat(engine.jobs().get(id).state()).isEqualTo(JobState.SUCCEEDED);
  }
}
