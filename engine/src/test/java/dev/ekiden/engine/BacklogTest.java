package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final short QUEUE = 1;

  private static ClaimedJob job(long id, int definition, int priority) {
    return job(id, definition, priority, false);
  }

  private static ClaimedJob job(long id, int definition, int priority, boolean suspect) {
    return new ClaimedJob(
        id,
        1,
        (short) 1,
        definition,
        priority,
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
        suspect);
  }

  private static List<Long> ids(List<Backlog.Waiting> batch) {
    return batch.stream().map(waiting -> waiting.job().id()).toList();
  }

  @Test
  void claimsAheadWhatStartsWithinASecond() {
    Backlog backlog = new Backlog(4, 500);
    assertThat(backlog.prefetch(QUEUE)).as("nothing is known yet").isZero();
    backlog.ran(QUEUE, Duration.ofMillis(100).toNanos(), 1);
    assertThat(backlog.prefetch(QUEUE)).isEqualTo(40);
    for (int i = 0; i < 50; i++) {
      backlog.ran(QUEUE, Duration.ofSeconds(30).toNanos(), 1);
    }
    assertThat(backlog.prefetch(QUEUE)).as("long jobs are never claimed ahead").isZero();
    for (int i = 0; i < 200; i++) {
      backlog.ran(QUEUE, Duration.ofMillis(50).toNanos(), 1_000);
    }
    assertThat(backlog.prefetch(QUEUE)).as("up to the limit").isEqualTo(500);
    assertThat(backlog.prefetch((short) 2)).as("of another queue nothing is known").isZero();
  }

  @Test
  void startsByRankThenPriorityThenId() {
    Backlog backlog = new Backlog(1, 10);
    backlog.add(job(1, 1, 5), 1);
    backlog.add(job(2, 1, 9), 1);
    backlog.add(job(3, 1, 0), 0);
    backlog.add(job(4, 1, 9), 1);
    assertThat(ids(backlog.next(10))).containsExactly(3L, 2L, 4L, 1L);
  }

  @Test
  void suspectsWaitForOneAnotherAndNobodyForThem() {
    Backlog backlog = new Backlog(4, 10);
    List<ClaimedJob> suspects = List.of(job(1, 1, 9, true), job(2, 1, 9, true), job(3, 1, 9, true));
    suspects.forEach(job -> backlog.add(job, 0));
    backlog.add(job(4, 1, 5), 0);
    assertThat(backlog.nextSuspect()).isEqualTo(suspects.get(0));
    assertThat(backlog.nextSuspect()).as("one at a time").isNull();
    assertThat(backlog.size()).isEqualTo(4);
    assertThat(backlog.startable()).as("its start is not noted").isEqualTo(1);
    backlog.noted(suspects.get(0).ref());
    assertThat(ids(backlog.next(10))).containsExactly(1L, 4L);
    backlog.returned(List.of(job(4, 1, 5)));
    assertThat(backlog.nextSuspect()).as("the first still runs").isNull();
    backlog.returned(suspects.subList(0, 1));
    assertThat(backlog.nextSuspect()).isEqualTo(suspects.get(1));
    assertThat(backlog.remove(job -> true))
        .containsExactlyInAnyOrder(suspects.get(1), suspects.get(2));
    assertThat(backlog.isEmpty()).isTrue();
    backlog.add(suspects.get(2), 0);
    assertThat(backlog.nextSuspect())
        .as("one that is gone keeps nobody")
        .isEqualTo(suspects.get(2));
  }

  @Test
  void batchesOnlyOneDefinition() {
    Backlog backlog = new Backlog(1, 10);
    backlog.add(job(1, 1, 5), 0);
    backlog.add(job(2, 2, 5), 0);
    backlog.add(job(3, 1, 5), 0);
    backlog.add(job(4, 1, 5), 0);
    assertThat(ids(backlog.next(2))).containsExactly(1L, 3L);
    assertThat(ids(backlog.next(2))).containsExactly(2L);
    assertThat(backlog.remove(job -> true)).hasSize(1);
    assertThat(backlog.isEmpty()).isTrue();
  }

  private static ClaimedJob serial(long id, boolean continues) {
    return new ClaimedJob(
        id,
        1,
        (short) 1,
        1,
        5,
        1,
        0,
        0,
        KeyKind.SERIAL,
        "key",
        0,
        true,
        "{}",
        false,
        continues,
        false);
  }

  /** The claim saw the job before it run; that one's end was told before the claim's answer. */
  @Test
  void aKeyThatWentOnDuringAClaimNeedsNoSecondClaim() {
    Backlog backlog = new Backlog(4, 500);
    backlog.add(serial(1, false), 0);
    assertThat(ids(backlog.next(1))).containsExactly(1L);
    backlog.claimBegins();
    assertThat(backlog.isOutOfTurn(serial(2, true))).as("behind the first").isFalse();
    backlog.goOn(serial(1, false));
    assertThat(backlog.isOutOfTurn(serial(2, true))).as("the first has ended well").isFalse();
    backlog.add(serial(2, true), 0);
    backlog.add(serial(3, true), 0);
    assertThat(ids(backlog.next(2))).as("one after the other").containsExactly(2L);
  }

  @Test
  void aKeyWhoseJobRunsAgainDoesNotGoOn() {
    Backlog backlog = new Backlog(4, 500);
    backlog.add(serial(1, false), 0);
    backlog.claimBegins();
    backlog.goOn(serial(1, false));
    backlog.add(serial(2, true), 0);
    assertThat(backlog.breakChain(serial(2, true))).isEmpty();
    assertThat(backlog.isOutOfTurn(serial(3, true))).as("the second waits to run again").isTrue();
  }

  @Test
  void whatWentOnBeforeAClaimSaysNothingAboutIt() {
    Backlog backlog = new Backlog(4, 500);
    backlog.add(serial(1, false), 0);
    backlog.goOn(serial(1, false));
    backlog.claimBegins();
    assertThat(backlog.isOutOfTurn(serial(3, true))).isTrue();
    backlog.goOn(serial(1, false));
    backlog.leaseLost();
    assertThat(backlog.isOutOfTurn(serial(3, true))).as("others may have the key").isTrue();
  }
}
