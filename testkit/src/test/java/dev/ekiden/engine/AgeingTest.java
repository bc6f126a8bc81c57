package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that wait get more priority, where a queue asks for it. */
class AgeingTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final List<Integer> ran = new ArrayList<>();
  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .handler((payload, context) -> {
            ran.add(payload.number());
            return null;
          });
  private final Engine engine = jobs.engine(work);
  private final Ageing ageing = new Ageing(jobs.database());

  private long enqueue(int number, int priority) {
    return engine.enqueue(work.request(new Work(number)).withPriority(priority)).id();
  }

  private int priority(long id) {
    return engine.jobs().get(id).priority();
  }

  private long wait(Duration time) {
    engine.clock().advance(time);
    return ageing.raiseDue();
  }

  @Test
  void aJobGetsOnePriorityForEachTimeItWaits() {
    long old = enqueue(1, 0);
    engine.queues().age("work", Duration.ofMinutes(1));
    assertThat(engine.queues().ageing("work")).contains(Duration.ofMinutes(1));
    assertThat(ageing.raiseDue()).isZero();
    long young = enqueue(2, 1);
    assertThat(wait(Duration.ofMinutes(1))).as("the young one has not waited so long").isEqualTo(1);
    assertThat(priority(old)).isEqualTo(1);
    assertThat(priority(young)).isEqualTo(1);
    assertThat(ageing.raiseDue()).as("once a turn").isZero();
    enqueue(3, 1);
    jobs.runDue();
    assertThat(ran).containsExactly(1, 2, 3);
  }

  @Test
  void noJobGoesOverTheHighestPriority() {
    long high = enqueue(1, 8);
    long low = enqueue(2, 0);
    engine.queues().age("work", Duration.ofMinutes(1));
    for (int i = 0; i < 12; i++) {
      wait(Duration.ofMinutes(1));
    }
    assertThat(priority(high)).isEqualTo(9);
    assertThat(priority(low)).isEqualTo(9);
    assertThat(engine.jobs().cancel(low)).isTrue();
    jobs.runDue();
    assertThat(ran).containsExactly(1);
  }

  @Test
  void moreThanABatchIsRaisedOnce() {
    engine.enqueue(Collections.nCopies(2_500, work.request(new Work(1)).withPriority(3)));
    engine.queues().age("work", Duration.ofMinutes(1));
    assertThat(wait(Duration.ofMinutes(1))).isEqualTo(2_500);
    List<Integer> priorities =
        jobs.database()
            .withHandle(handle ->
                handle
                    .createQuery("SELECT DISTINCT priority FROM ekiden.ready")
                    .mapTo(Integer.class)
                    .list());
    assertThat(priorities).containsExactly(4);
  }

  @Test
  void itCanBeTurnedOff() {
    long id = enqueue(1, 0);
    engine.queues().age("work", Duration.ofMinutes(1));
    engine.queues().ageNoMore("work");
    assertThat(engine.queues().ageing("work")).isEmpty();
    assertThat(wait(Duration.ofHours(1))).isZero();
    assertThat(priority(id)).isZero();
  }

  @Test
  void theTimeIsChecked() {
    engine.queues().age("work", Queues.MIN_AGE);
    engine.queues().age("work", Queues.MAX_AGE);
    assertThatThrownBy(() -> engine.queues().age("work", Queues.MIN_AGE.minusMillis(1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.queues().age("work", Queues.MAX_AGE.plusMillis(1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.queues().age("nowhere", Queues.MIN_AGE))
        .isInstanceOf(NotFoundException.class);
  }
}
