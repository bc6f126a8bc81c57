package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.CheckpointTable;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** States that attempts leave to later attempts of their job. */
class CheckpointTest {
  record Work(int steps) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final List<Integer> began = new ArrayList<>();
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .retry(new RetryPolicy(5, Duration.ofHours(1), 1, Duration.ofHours(1), 0))
          .handler((payload, context) -> {
            int done = context.checkpoint().map(state -> (int) state[0]).orElse(0);
            began.add(done);
            context.checkpoint(new byte[] {(byte) (done + 1)});
            assertThat(context.checkpoint()).hasValueSatisfying(s -> assertThat(s).hasSize(1));
            if (done + 1 < payload.steps()) {
              throw new IllegalStateException("one step at a time");
            }
            return done + 1;
          });
  private final Engine engine = jobs.engine(work);

  private static long kept() {
    return jobs.database()
        .withHandle(handle ->
            handle.createQuery("SELECT count(*) FROM ekiden.checkpoint").mapTo(Long.class).one());
  }

  @Test
  void anAttemptGoesOnWhereTheOneBeforeStopped() {
    long id = engine.enqueue(work.request(new Work(3))).id();
    jobs.runDue();
    assertThat(forget()).as("it is live").isZero();
    jobs.advance(Duration.ofHours(1));
    jobs.advance(Duration.ofHours(1));
    assertThat(began).containsExactly(0, 1, 2);
    assertThat(engine.jobs().get(id).result()).isEqualTo("3");
    assertThat(kept()).isEqualTo(1);
    assertThat(forget()).isEqualTo(1);
    assertThat(kept()).isZero();
  }

  private static int forget() {
    return jobs.database().inTransaction(handle -> CheckpointTable.forget(handle, 10));
  }

  @Test
  void anAttemptThatLostItsJobKeepsNothing() {
    engine.enqueue(work.request(new Work(1)));
    ClaimedJob first = claim(1);
    assertThat(save(first)).isTrue();
    jobs.database()
        .useTransaction(handle ->
            SettleTable.settle(
                handle,
                List.of(
                    new Settlement(
                        first.ref(), Outcome.RETURNED, false, 0, 0L, null, null, null))));
    assertThat(save(first)).isFalse();
    ClaimedJob second = claim(2);
    assertThat(save(first)).isFalse();
    assertThat(save(second)).isTrue();
  }

  private ClaimedJob claim(long worker) {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimPlain(
                handle, new Order(worker, row.queueId(), List.of(row.id()), 1, 1)))
        .jobs()
        .getFirst();
  }

  private static boolean save(ClaimedJob job) {
    return jobs.database()
        .inTransaction(handle -> CheckpointTable.save(handle, job.ref(), new byte[] {1}));
  }

  @Test
  void theSizeOfAStateIsLimited() {
    JobDefinition<Work> large =
        JobDefinition.named("large", Work.class)
            .handler((payload, context) -> {
              context.checkpoint(new byte[JobContext.MAX_CHECKPOINT_BYTES]);
              assertThatThrownBy(
                      () -> context.checkpoint(new byte[JobContext.MAX_CHECKPOINT_BYTES + 1]))
                  .isInstanceOf(InvalidRequestException.class)
                  .hasMessageContaining("1048576");
              return context.checkpoint().map(state -> state.length).orElse(0);
            });
    Engine other = jobs.engine(large);
    long id = other.enqueue(large.request(new Work(1))).id();
    other.runDue();
    assertThat(other.jobs().get(id).result()).isEqualTo("1048576");
  }
}
