package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Explanation.Reason;
import dev.ekiden.engine.QueueHead.Waiting;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The head of a queue has what goes next, in order, each with its reasons. */
class QueueHeadTest {
  record Work(String name) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final CountDownLatch gate = new CountDownLatch(1);
  private final JobDefinition<Work> work = definition("work");
  private final JobDefinition<Work> limited = definition("limited");
  private final Engine engine = jobs.engine(work, limited);

  private JobDefinition<Work> definition(String name) {
    return JobDefinition.named(name, Work.class)
        .queue("works")
        .handler((work, context) -> {
          gate.await();
          return null;
        });
  }

  private QueueHead head() {
    return engine.queues().head("works", QueueHead.MAX_JOBS);
  }

  private static List<Long> ids(QueueHead head) {
    return head.jobs().stream().map(waiting -> waiting.job().id()).toList();
  }

  private static List<String> codes(Waiting waiting) {
    return waiting.reasons().stream().map(Reason::code).toList();
  }

  @Test
  void jobsStandInTheOrderOfPriorityAndIdAcrossGroups() {
    List<Long> expected = new ArrayList<>();
    long last = engine.enqueue(work.request(new Work("last")).withPriority(1)).id();
    expected.add(engine.enqueue(work.request(new Work("a")).withGroup("one")).id());
    expected.add(engine.enqueue(work.request(new Work("b")).withGroup("two")).id());
    expected.add(engine.enqueue(work.request(new Work("c"))).id());
    expected.add(engine.enqueue(work.request(new Work("d")).withGroup("one")).id());
    expected.addFirst(engine.enqueue(work.request(new Work("first")).withPriority(9)).id());
    expected.add(last);
    engine.enqueue(work.request(new Work("later")).withDelay(Duration.ofHours(1)));
    assertThat(ids(head())).isEqualTo(expected);
    assertThat(head().more()).isFalse();
    QueueHead two = engine.queues().head("works", 2);
    assertThat(ids(two)).isEqualTo(expected.subList(0, 2));
    assertThat(two.more()).isTrue();
  }

  @Test
  void eachSaysWhyItWaits() throws Exception {
    engine.queues().pause("works", "inventory");
    engine.groups().hold("held", "late payment");
    engine.enqueue(
        List.of(
            work.request(new Work("a")),
            work.request(new Work("b")).withGroup("held"),
            work.request(new Work("c"))));
    QueueHead head = head();
    assertThat(codes(head.jobs().get(0)))
        .containsExactly("queue-paused", "no-worker", "waiting-its-turn");
    assertThat(codes(head.jobs().get(1)))
        .containsExactly("queue-paused", "group-held", "no-worker", "waiting-its-turn");
    assertThat(head.jobs().get(2).reasons().getLast().text())
        .isEqualTo("2 jobs of its queue go before it");
  }

  @Test
  void whatALimitHoldsBackIsInTheLine() throws Exception {
    engine.limits().put(Limit.running(new Limit.Scope.Definition("limited"), 1));
    engine.enqueue(List.of(limited.request(new Work("a")), limited.request(new Work("b"))));
    engine.start();
    try (Worker worker = engine.worker(WorkerOptions.of("works"))) {
      worker.start();
      TestEngine.awaitUntil(
          "the second waits for the limit",
          () ->
              head().jobs().stream()
                  .anyMatch(one -> one.job().blocked() == Job.BlockedReason.LIMIT));
      Waiting waiting = head().jobs().getFirst();
      assertThat(codes(waiting)).containsExactly("limit");
      assertThat(waiting.reasons().getFirst().text()).contains("1 of 1 jobs run");
      gate.countDown();
    }
  }

  @Test
  void theHeadIsLimited() {
    assertThatThrownBy(() -> engine.queues().head("works", 0))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.queues().head("works", QueueHead.MAX_JOBS + 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.queues().head("none", 1)).isInstanceOf(NotFoundException.class);
    List<JobRequest> many = new ArrayList<>();
    for (int i = 0; i <= QueueHead.MAX_JOBS; i++) {
      many.add(work.request(new Work("x")));
    }
    engine.enqueue(many);
    assertThat(head().jobs()).hasSize(QueueHead.MAX_JOBS);
    assertThat(head().more()).isTrue();
  }
}
