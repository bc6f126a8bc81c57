package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a worker remembers between its claims under a gate may be out of date: no limit, hold or
 * order of a key depends on it, and what a claim misses by it is found soon.
 */
class GateMemoryTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).queue("q").handler((payload, context) -> null);
  private final Engine engine = jobs.engine(work);

  /** Passes a millisecond whenever it is asked, so that each look at the lanes seems slow. */
  private final AtomicLong nanos = new AtomicLong();

  private final GateMemory memory =
      new GateMemory(() -> nanos.getAndAdd(TimeUnit.MILLISECONDS.toNanos(1)));
  private int definition;
  private short queue;

  @BeforeEach
  void find() {
    DefinitionTable.Row row =
        jobs.database().withHandle(DefinitionTable::all).stream()
            .filter(one -> one.name().equals("work"))
            .findFirst()
            .orElseThrow();
    definition = row.id();
    queue = row.queueId();
    engine.limits().put(Limit.running(new Limit.Scope.EachGroup(), 3));
  }

  private long enqueue(String group) {
    return engine.enqueue(work.request(new Work(0)).withGroup(group)).id();
  }

  private Claim claim(GateMemory remembered, int max) {
    Order order = new Order(1, queue, List.of(definition), max, 0);
    return jobs.database()
        .inTransaction(handle -> ClaimTable.claimGated(handle, order, remembered));
  }

  private static List<Long> ids(Claim claim) {
    return claim.jobs().stream().map(ClaimedJob::id).toList();
  }

  private void end(ClaimedJob job, Outcome outcome) {
    Settlement end = new Settlement(job.ref(), outcome, false, 0, 0L, null, null, null);
    jobs.database().useTransaction(handle -> SettleTable.settle(handle, List.of(end)));
  }

  private void rest(Claim claim) {
    assertThat(claim.nextMicros()).as("it is told to look again").isLessThan(1_000_000);
    nanos.addAndGet(TimeUnit.MICROSECONDS.toNanos(claim.nextMicros()));
  }

  @Test
  void aGroupThatComesBetweenTwoLooksIsFoundByTheNext() {
    long first = enqueue("a");
    assertThat(ids(claim(memory, 10))).containsExactly(first);
    long second = enqueue("b");
    Claim missed = claim(memory, 10);
    assertThat(ids(missed)).isEmpty();
    rest(missed);
    assertThat(ids(claim(memory, 10))).containsExactly(second);
  }

  @Test
  void aJobThatComesBackBehindWhatWasClaimedIsFoundByTheNextLook() {
    enqueue("a");
    long second = enqueue("a");
    Claim both = claim(memory, 10);
    assertThat(both.jobs()).hasSize(2);
    end(both.jobs().getFirst(), Outcome.RETURNED);
    Claim missed = claim(memory, 10);
    assertThat(ids(missed)).isEmpty();
    rest(missed);
    assertThat(ids(claim(memory, 10))).doesNotContain(second).hasSize(1);
  }

  @Test
  void aKnownLaneGoesOnBehindWhatWasClaimed() {
    enqueue("a");
    enqueue("a");
    long third = enqueue("a");
    assertThat(claim(memory, 2).jobs()).hasSize(2);
    assertThat(ids(claim(memory, 2))).containsExactly(third);
  }

  @Test
  void aGroupThatIsHeldMeanwhileIsNotClaimedFrom() {
    enqueue("a");
    enqueue("a");
    assertThat(claim(memory, 1).jobs()).hasSize(1);
    engine.groups().hold("a", null);
    assertThat(claim(memory, 10).jobs()).isEmpty();
    engine.groups().release("a");
    assertThat(claim(memory, 10).jobs()).hasSize(1);
  }

  @Test
  void aPausedQueueIsNotClaimedFrom() {
    enqueue("a");
    enqueue("a");
    assertThat(claim(memory, 1).jobs()).hasSize(1);
    engine.queues().pause("q", null);
    assertThat(claim(memory, 10).jobs()).isEmpty();
    engine.queues().resume("q");
    assertThat(claim(memory, 10).jobs()).hasSize(1);
  }

  @Test
  void twoWorkersWithMemoriesOfTheirOwnKeepTheLimitTogether() {
    GateMemory other = new GateMemory(nanos::get);
    for (int i = 0; i < 10; i++) {
      enqueue("a");
    }
    assertThat(claim(memory, 2).jobs()).hasSize(2);
    Claim others = claim(other, 10);
    assertThat(others.jobs()).hasSize(1);
    assertThat(claim(memory, 10).jobs()).isEmpty();
    end(others.jobs().getFirst(), Outcome.SUCCEEDED);
    assertThat(claim(memory, 10).jobs()).hasSize(1);
    assertThat(claim(other, 10).jobs()).isEmpty();
  }

  /** A new limit of its queue, or of all queues, counts for the claim after it. */
  @Test
  void aLimitThatIsSetMeanwhileIsKept() {
    for (int i = 0; i < 6; i++) {
      enqueue(i % 2 == 0 ? "a" : "b");
    }
    assertThat(claim(memory, 2).jobs()).hasSize(2);
    engine.limits().put(Limit.running(new Limit.Scope.Everything(), 3));
    assertThat(claim(memory, 10).jobs()).hasSize(1);
    engine.limits().remove(new Limit.Scope.Everything());
    engine.limits().remove(new Limit.Scope.EachGroup());
    engine.limits().put(Limit.running(new Limit.Scope.Queue("q"), 4));
    assertThat(claim(memory, 10).jobs()).hasSize(1);
  }

  /** Jobs with keys need to be looked at one by one, also where the lanes are known. */
  @Test
  void aJobWithAKeyThatComesMeanwhileWaitsForItsKey() {
    enqueue("a");
    assertThat(claim(memory, 10).jobs()).hasSize(1);
    long first =
        engine.enqueue(work.request(new Work(1)).withGroup("a").withKey(Key.serial("k"))).id();
    GateMemory other = new GateMemory(nanos::get);
    assertThat(ids(claim(other, 10))).containsExactly(first);
    engine.enqueue(work.request(new Work(2)).withGroup("a").withKey(Key.serial("k")));
    Order elsewhere = new Order(2, queue, List.of(definition), 10, 0);
    Claim second =
        jobs.database().inTransaction(handle -> ClaimTable.claimGated(handle, elsewhere, memory));
    assertThat(second.jobs()).as("its key is taken by another worker").isEmpty();
  }
}
