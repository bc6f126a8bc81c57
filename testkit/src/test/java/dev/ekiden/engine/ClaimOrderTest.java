package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.testkit.TestEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What one statement claims, and in which order. */
class ClaimOrderTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((job, context) -> null);
  private final Engine engine = jobs.engine(work);

  private long enqueue(int priority) {
    return engine.enqueue(work.request(new Work(1)).withPriority(priority)).id();
  }

  private static Claim claim(int max, List<Long> above) {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimPlain(
                handle, new Order(1, row.queueId(), List.of(row.id()), max, 0, above)));
  }

  private static List<Long> ids(Claim claim) {
    return claim.jobs().stream().map(ClaimedJob::id).toList();
  }

  @Test
  void thePriorityThenTheIdAndNoMoreThanAskedFor() {
    List<Long> low = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      low.add(enqueue(0));
    }
    long middle = enqueue(5);
    long urgent = enqueue(9);
    Claim first = claim(3, Order.FROM_THE_BEGINNING);
    assertThat(ids(first)).containsExactly(urgent, middle, low.get(0));
    assertThat(first.more()).isTrue();
    assertThat(engine.jobs().get(low.get(1)).state()).isEqualTo(JobState.READY);
    Claim second = claim(3, Order.FROM_THE_BEGINNING);
    assertThat(ids(second)).containsExactly(low.get(1), low.get(2));
    assertThat(second.more()).isFalse();
  }

  @Test
  void onlyWhatStandsBehindTheIdOfItsPriority() {
    long passedBy = enqueue(5);
    long next = enqueue(5);
    long urgent = enqueue(9);
    List<Long> above = new ArrayList<>(Order.FROM_THE_BEGINNING);
    above.set(5, passedBy);
    assertThat(ids(claim(10, above))).containsExactly(urgent, next);
    above.set(9, Long.MAX_VALUE);
    assertThat(ids(claim(10, above))).isEmpty();
    assertThat(ids(claim(10, Order.FROM_THE_BEGINNING))).containsExactly(passedBy);
  }
}
