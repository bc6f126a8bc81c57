package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClaimStartTest {
  /** A job that is READY. */
  private record Ready(int priority, long id) {}

  private static final int MAX = 3;

  private final AtomicLong nanos = new AtomicLong();
  private final ClaimStart start =
      new ClaimStart(new Pace(ClaimStart.FREE, ClaimStart.REST_FACTOR, nanos::get));
  private final TreeSet<Ready> ready =
      new TreeSet<>(
          java.util.Comparator.comparingInt((Ready job) -> -job.priority())
              .thenComparingLong(Ready::id));
  private @Nullable List<Long> above;
  private long takes;

  private void enqueue(int priority, long... ids) {
    for (long id : ids) {
      ready.add(new Ready(priority, id));
    }
  }

  /** Claims from what is ready, as the statement does. */
  private Claim look(List<Long> behind) {
    above = behind;
    nanos.addAndGet(takes);
    List<ClaimedJob> jobs = new ArrayList<>();
    for (Ready job : List.copyOf(ready)) {
      if (jobs.size() < MAX && job.id() > behind.get(job.priority())) {
        ready.remove(job);
        jobs.add(
            new ClaimedJob(
                job.id(),
                1,
                (short) 1,
                1,
                job.priority(),
                1,
                0,
                0,
                null,
                null,
                0,
                false,
                "{}",
                false,
                false,
                false));
      }
    }
    return new Claim(jobs, jobs.size() == MAX, Long.MAX_VALUE);
  }

  private List<Long> claim() {
    return claim(false).jobs().stream().map(ClaimedJob::id).toList();
  }

  private Claim claim(boolean whole) {
    return start.claim(whole, this::look);
  }

  private List<Long> beganBehind() {
    return Objects.requireNonNull(above);
  }

  @Test
  void mostlyItBeginsAtTheBeginning() {
    enqueue(5, 10, 11, 12, 13);
    assertThat(claim()).containsExactly(10L, 11L, 12L);
    enqueue(5, 1);
    assertThat(claim()).containsExactly(1L, 13L);
    assertThat(beganBehind()).isEqualTo(Order.FROM_THE_BEGINNING);
  }

  @Test
  void whereThatIsSlowItGoesOnBehindTheLastAndLooksForOthersAfterARest() {
    takes = ClaimStart.FREE.toNanos() + 1;
    enqueue(5, 10, 11, 12, 13, 14, 15, 16);
    assertThat(claim()).containsExactly(10L, 11L, 12L);
    enqueue(5, 1);
    takes = 0;
    assertThat(claim()).as("what came back waits").containsExactly(13L, 14L, 15L);
    Claim last = claim(false);
    assertThat(last.jobs()).hasSize(1);
    assertThat(last.more()).isFalse();
    long rest = ClaimStart.REST_FACTOR * (ClaimStart.FREE.toNanos() + 1);
    assertThat(last.nextMicros()).as("then it is looked for").isEqualTo(rest / 1_000);
    nanos.addAndGet(rest);
    assertThat(claim()).containsExactly(1L);
  }

  @Test
  void anotherPriorityIsReadOnFromWhereItWasReadToItsEnd() {
    takes = ClaimStart.FREE.toNanos() + 1;
    enqueue(5, 10, 11, 12, 13, 14);
    assertThat(claim()).containsExactly(10L, 11L, 12L);
    takes = 0;
    enqueue(9, 20);
    enqueue(2, 21);
    assertThat(claim()).as("urgent first").containsExactly(20L, 13L, 14L);
    assertThat(beganBehind().get(9)).as("it had none up to there").isEqualTo(12L);
    assertThat(beganBehind().get(5)).isEqualTo(12L);
    assertThat(beganBehind().get(2)).as("was not read yet").isZero();
    assertThat(claim()).containsExactly(21L);
  }

  @Test
  void whoWaitsUntilThereIsNothingMissesNothing() {
    takes = ClaimStart.FREE.toNanos() + 1;
    enqueue(5, 10);
    assertThat(claim()).containsExactly(10L);
    enqueue(5, 1);
    assertThat(claim()).isEmpty();
    assertThat(claim(true).jobs()).hasSize(1);
  }

  @Test
  void aClaimOfWhichNothingIsLeftSaysNothing() {
    takes = ClaimStart.FREE.toNanos() + 1;
    start.claim(
        false,
        behind -> {
          nanos.addAndGet(takes);
          return new Claim(List.of(), true, Long.MAX_VALUE); // all of it was too late to start
        });
    enqueue(5, 10);
    assertThat(claim()).containsExactly(10L);
    assertThat(beganBehind()).isEqualTo(Order.FROM_THE_BEGINNING);
  }
}
