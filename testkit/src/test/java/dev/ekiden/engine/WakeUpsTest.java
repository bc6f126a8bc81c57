package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.testkit.TestEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who is told of jobs, and how often. */
class WakeUpsTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private static final short ONE = 1;
  private static final short OTHER = 2;

  /** Hears of queues as a worker of this process does. */
  private static final class Recording implements WakeUps.Subscriber {
    final List<@Nullable Short> queues = new ArrayList<>();

    @Override
    public void jobsReady(@Nullable Short queueId) {
      queues.add(queueId);
    }

    @Override
    public void stopAsked(long workerId) {}

    @Override
    public void queuePaused(short queueId) {}

    @Override
    public void groupHeld(long groupId) {}
  }

  private final Recording recording = new Recording();

  @Test
  void tellsOfNoQueueThatGotNoJob() {
    Engine engine = jobs.engine();
    engine.wakeUps().subscribe(recording);
    engine.wakeUps().jobsReady(Set.of(ONE), Set.of(ONE, OTHER));
    assertThat(recording.queues).containsExactly(ONE);
    engine.wakeUps().jobsReady(Set.of(ONE, OTHER), Set.of(OTHER));
    assertThat(recording.queues).containsExactly(ONE, OTHER, ONE);
  }

  @Test
  void aTransactionTellsOfEachOfItsQueuesOnce() {
    JobDefinition<Work> work =
        JobDefinition.named("work", Work.class).handler((payload, context) -> null);
    JobDefinition<Work> more =
        JobDefinition.named("more", Work.class).handler((payload, context) -> null);
    Engine engine = jobs.engine(work, more);
    engine.wakeUps().subscribe(recording);
    List<Enqueued> answers = new ArrayList<>();
    engine.transaction(transaction -> {
      answers.addAll(transaction.enqueue(List.of(work.request(new Work(1)))));
      answers.addAll(
          transaction.enqueue(List.of(work.request(new Work(2)), more.request(new Work(3)))));
      answers.add(transaction.enqueueArray(ArrayRequest.of(more.request(new Work(4)), 5)));
      assertThat(recording.queues).as("before the commit").isEmpty();
      return answers;
    });
    assertThat(answers).hasSize(4);
    assertThat(recording.queues).hasSize(2).doesNotHaveDuplicates().doesNotContainNull();
  }
}
