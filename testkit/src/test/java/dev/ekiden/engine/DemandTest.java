package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ekiden.engine.Limit.Scope;
import dev.ekiden.engine.QueueDemand.Level;
import dev.ekiden.engine.QueueDemand.RunTimes;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Demand is what one more worker could start, and nothing else. */
class DemandTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final CountDownLatch gate = new CountDownLatch(1);
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .queue("works")
          .vcpus(2)
          .handler((work, context) -> {
            gate.await();
            return null;
          });
  private final JobDefinition<Work> quick =
      JobDefinition.named("quick", Work.class).queue("works").handler((work, context) -> null);
  private final JobDefinition<Work> other =
      JobDefinition.named("other", Work.class).queue("others").handler((work, context) -> null);
  private final Engine engine = jobs.engine(work, quick, other);

  private void enqueue(int count) {
    engine.enqueue(
        IntStream.range(0, count).mapToObj(number -> work.request(new Work(number))).toList());
  }

  private void enqueue(String group, int count) {
    engine.enqueue(
        IntStream.range(0, count)
            .mapToObj(number -> work.request(new Work(number)).withGroup(group))
            .toList());
  }

  /** Durations are measured, so the clock of tests makes none longer. */
  private void ranFor(long id, int seconds) {
    jobs.runDue();
    jobs.database()
        .useTransaction(handle ->
            handle
                .createUpdate(
                    "UPDATE ekiden.finished SET started_at = finished_at - :seconds * interval '1 s' WHERE id = :id")
                .bind("id", id)
                .bind("seconds", seconds)
                .execute());
  }

  private QueueDemand demand() {
    List<QueueDemand> demands = engine.queues().demand(List.of("works"));
    assertThat(demands).hasSize(1);
    return demands.getFirst();
  }

  @Test
  void nothingWaits() {
    QueueDemand demand = demand();
    assertThat(demand.waiting()).isEmpty();
    assertThat(demand.room()).isNull();
    assertThat(demand.runTimes()).isNull();
    assertThat(demand.prefetched() + demand.started()).isZero();
  }

  @Test
  void jobsWaitByPriorityWithTheAgeOfTheOldest() {
    engine.enqueue(work.request(new Work(0)).withPriority(2));
    engine.clock().advance(Duration.ofMinutes(2));
    engine.enqueue(work.request(new Work(1)).withPriority(8));
    engine.enqueue(work.request(new Work(2)).withPriority(8));
    engine.enqueue(work.request(new Work(3)).withDelay(Duration.ofHours(1)));
    engine.enqueue(other.request(new Work(4)));
    List<Level> waiting = demand().waiting();
    assertThat(waiting).extracting(Level::priority).containsExactly(8, 2);
    assertThat(waiting).extracting(Level::jobs).containsExactly(2L, 1L);
    assertThat(waiting.getLast().oldest()).isBetween(Duration.ofMinutes(2), Duration.ofMinutes(3));
    assertThat(waiting.getFirst().oldest()).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void pausedQueuesAndHeldGroupsAskForNobody() {
    enqueue("open", 3);
    enqueue("held", 4);
    engine.groups().hold("held", "moves");
    assertThat(demand().waitingJobs()).isEqualTo(3);
    engine.groups().release("held");
    assertThat(demand().waitingJobs()).isEqualTo(7);
    engine.queues().pause("works", "inventory");
    assertThat(engine.queues().demand(List.of("works", "others")))
        .extracting(QueueDemand::queue)
        .containsExactly("others");
  }

  @Test
  void whatIsBeyondThoseCountedIsInTheSum() {
    int many = 2 * QueueDemand.EXACT + 5;
    for (int left = many; left > 0; left -= Engine.MAX_BULK) {
      enqueue(Math.min(left, Engine.MAX_BULK));
    }
    engine.enqueue(work.request(new Work(0)).withPriority(9));
    assertThat(demand().waiting()).extracting(Level::jobs).containsExactly(1L, (long) many);
  }

  @Test
  void limitsLeaveRoom() {
    enqueue("one", 30);
    enqueue("two", 30);
    engine.limits().put(Limit.running(new Scope.Queue("works"), 20));
    assertThat(demand().room()).isEqualTo(20);
    engine.limits().put(Limit.running(new Scope.EachGroup(), 4));
    assertThat(demand().room()).isEqualTo(8);
    engine.limits().put(Limit.running(new Scope.OfGroup("one"), 1));
    assertThat(demand().room()).isEqualTo(5);
    engine.limits().put(Limit.running(new Scope.Definition("work"), 3));
    assertThat(demand().room()).isEqualTo(3);
    engine.limits().put(Limit.vcpus(new Scope.Everything(), 5));
    assertThat(demand().room()).as("jobs of 2 vCPUs each").isEqualTo(2);
    engine.limits().put(Limit.rate(new Scope.Queue("works"), 1, Duration.ofMinutes(1)));
    assertThat(demand().room()).isEqualTo(1);
    assertThat(demand().waitingJobs()).as("what waits stays the same").isEqualTo(60);
  }

  @Test
  void whatRunsTakesItsRoomAndParkedJobsComeBack() throws Exception {
    enqueue(10);
    engine.limits().put(Limit.running(new Scope.Definition("work"), 2));
    try (Worker worker = engine.worker(WorkerOptions.of("works").withConcurrency(5))) {
      worker.start();
      TestEngine.awaitUntil(
          "two run and the rest is parked",
          () -> demand().started() == 2 && demand().waitingJobs() == 0);
      assertThat(demand().room()).isZero();
      engine.queues().pause("works", null);
      gate.countDown();
      TestEngine.awaitUntil(
          "both have ended", () -> engine.queues().find("works").orElseThrow().running() == 0);
    }
    engine.queues().resume("works");
    QueueDemand demand = demand();
    assertThat(demand.waitingJobs()).as("a claim would bring two of them back").isEqualTo(2);
    assertThat(demand.room()).isEqualTo(2);
  }

  @Test
  void runTimesAreThoseOfTheDefinitionsThatWait() {
    for (int seconds : new int[] {2, 4}) {
      ranFor(engine.enqueue(quick.request(new Work(seconds))).id(), seconds);
    }
    RunTimes times = demand().runTimes();
    assertThat(times).isNotNull();
    assertThat(times.meanSeconds()).isCloseTo(3, within(0.5));
    assertThat(times.squaredVariation()).isCloseTo(1 / 9.0, within(0.05));
    enqueue(5);
    assertThat(demand().runTimes()).as("none of these has run yet").isNull();
    engine.enqueue(quick.request(new Work(1)));
    assertThat(demand().runTimes()).isNotNull();
  }
}
