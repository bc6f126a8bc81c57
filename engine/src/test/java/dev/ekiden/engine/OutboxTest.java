package dev.ekiden.engine;

import static dev.ekiden.engine.Outbox.LINGER_NANOS;
import static dev.ekiden.engine.Outbox.LOCKED_REST_NANOS;
import static dev.ekiden.engine.Outbox.LOG_FLUSH_NANOS;
import static dev.ekiden.engine.Outbox.MAX_ENDS;
import static dev.ekiden.engine.Outbox.MAX_RETURNED;
import static dev.ekiden.engine.Outbox.MAX_WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Execution.End;
import dev.ekiden.engine.Outbox.Mark;
import dev.ekiden.engine.Outbox.Turn;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.LogTable.Segment;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When what a worker has to store goes out, and that nothing of it is lost on the way. */
class OutboxTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final List<Execution> NOBODY = List.of();

  private final Collection<Execution> somebody =
      List.of(
          new Execution(
              JobDefinition.named("work", Integer.class).handler((payload, context) -> null),
              "work",
              List.of(ClaimedJobs.fresh(1_000_000)),
              finished -> {}));
  private final Outbox outbox = new Outbox();

  @BeforeEach
  void handlersRun() {
    outbox.handlersRunFrom(NOW);
  }

  private static AttemptRef ref(long id) {
    return ClaimedJobs.fresh(id).ref();
  }

  private static End end(long id) {
    return new End(
        ClaimedJobs.fresh(id),
        "work",
        Outcome.SUCCEEDED,
        Duration.ZERO,
        NOW,
        Duration.ZERO,
        null,
        null,
        null,
        List.of(),
        true);
  }

  private static List<End> ends(long first, int count) {
    return LongStream.range(first, first + count).mapToObj(OutboxTest::end).toList();
  }

  private static List<Long> ids(Turn turn) {
    return turn.ends().stream().map(end -> end.job().id()).toList();
  }

  private static List<Long> range(long first, int count) {
    return LongStream.range(first, first + count).boxed().toList();
  }

  @Test
  void endsWaitForCompanyWhileHandlersRun() {
    assertThat(outbox.add(List.of(end(1)), NOW)).as("whoever waits learns of the first").isTrue();
    assertThat(outbox.add(List.of(end(2)), NOW + LINGER_NANOS / 2)).isFalse();
    assertThat(outbox.isDue(NOW + LINGER_NANOS - 1, somebody)).isFalse();
    assertThat(outbox.untilDue(NOW + LINGER_NANOS - 1, NOBODY)).isEqualTo(1);
    assertThat(outbox.isDue(NOW + LINGER_NANOS, somebody)).isTrue();
  }

  @Test
  void endsWaitForNobodyWhenNoHandlerRuns() {
    outbox.add(List.of(end(1)), NOW);
    assertThat(outbox.isDue(NOW, NOBODY)).isTrue();
  }

  @Test
  void aFullStatementWaitsForNobody() {
    outbox.add(ends(1, MAX_ENDS - 1), NOW);
    assertThat(outbox.isDue(NOW, somebody)).isFalse();
    assertThat(outbox.add(ends(MAX_ENDS, 1), NOW)).as("whoever waits learns of it").isTrue();
    assertThat(outbox.isDue(NOW, somebody)).isTrue();
  }

  @Test
  void aTurnTakesOneStatementOfEnds() {
    outbox.add(ends(1, MAX_ENDS + 1), NOW);
    assertThat(ids(outbox.take(NOW, NOBODY))).isEqualTo(range(1, MAX_ENDS));
    assertThat(ids(outbox.take(NOW, NOBODY))).containsExactly(MAX_ENDS + 1L);
  }

  @Test
  void besideATurnOnlyAFullStatementGoesOut() {
    outbox.add(ends(1, 1), NOW);
    Turn first = outbox.take(NOW, NOBODY);
    outbox.giveBack(ref(5_000));
    outbox.noteNow(ref(5_001), NOW);
    outbox.add(ends(2, MAX_ENDS - 1), NOW);
    long later = NOW + 10 * LINGER_NANOS;
    assertThat(outbox.isDue(later, NOBODY)).as("499 ends").isFalse();
    outbox.add(ends(1 + MAX_ENDS, 1), NOW);
    assertThat(outbox.isDue(later, NOBODY)).as("500 ends").isTrue();
    Turn second = outbox.take(later, NOBODY);
    assertThat(ids(second)).isEqualTo(range(2, MAX_ENDS));
    assertThat(second.returned()).containsExactly(ref(5_000));
    outbox.stored(first);
    outbox.add(ends(3_000, 1), later);
    assertThat(outbox.isDue(later, NOBODY)).as("the second is still out").isFalse();
    outbox.stored(second);
    assertThat(outbox.isDue(later, NOBODY)).isTrue();
    assertThat(outbox.storedEnds()).isEqualTo(1 + MAX_ENDS);
  }

  @Test
  void isFullWhenTooManyEndsWait() {
    outbox.add(ends(1, MAX_WAITING - 1), NOW);
    assertThat(outbox.isFull()).isFalse();
    outbox.add(ends(MAX_WAITING, 1), NOW);
    assertThat(outbox.isFull()).isTrue();
    Turn turn = outbox.take(NOW, NOBODY);
    assertThat(outbox.isFull()).isFalse();
    outbox.putBack(turn);
    assertThat(outbox.isFull()).as("none was stored").isTrue();
  }

  @Test
  void aTurnTakesOneStatementOfReturns() {
    LongStream.rangeClosed(1, MAX_RETURNED).forEach(id -> outbox.giveBack(ref(id)));
    assertThat(outbox.isDue(NOW, somebody)).as("others wait for them").isTrue();
    Turn all = outbox.take(NOW, NOBODY);
    assertThat(all.returned()).hasSize(MAX_RETURNED);
    outbox.giveBack(ref(MAX_RETURNED + 1));
    outbox.putBack(all);
    assertThat(outbox.take(NOW, NOBODY).returned()).isEqualTo(all.returned());
    assertThat(outbox.take(NOW, NOBODY).returned()).containsExactly(ref(MAX_RETURNED + 1));
  }

  @Test
  void marksWaitForTheirEnd() {
    outbox.note(ref(1), NOW);
    assertThat(outbox.isDue(NOW + LINGER_NANOS - 1, somebody)).isFalse();
    assertThat(outbox.untilDue(NOW, somebody)).isEqualTo(LINGER_NANOS);
    assertThat(outbox.isDue(NOW + LINGER_NANOS, somebody)).isTrue();
    outbox.note(ref(2), NOW + 1);
    assertThat(outbox.take(NOW + LINGER_NANOS, somebody).marks())
        .containsExactly(new Mark(ref(1), NOW));
  }

  @Test
  void aStartThatMustBeNotedFirstIsDueAtOnce() {
    outbox.noteNow(ref(1), NOW);
    assertThat(outbox.isDue(NOW, somebody)).isTrue();
    assertThat(outbox.take(NOW, somebody).marks()).extracting(Mark::ref).containsExactly(ref(1));
  }

  @Test
  void whatHasEndedOrGoneBackIsNotNotedAsStarted() {
    outbox.note(ref(1), NOW);
    outbox.note(ref(2), NOW);
    outbox.note(ref(3), NOW);
    outbox.add(List.of(end(1)), NOW);
    outbox.giveBack(ref(2));
    assertThat(outbox.take(NOW + LINGER_NANOS, NOBODY).marks())
        .extracting(Mark::ref)
        .containsExactly(ref(3));
  }

  @Test
  void logsOfHandlersGoOutEverySecond() {
    assertThat(outbox.isDue(NOW + LOG_FLUSH_NANOS - 1, somebody)).isFalse();
    assertThat(outbox.isDue(NOW + LOG_FLUSH_NANOS, somebody)).isTrue();
    assertThat(outbox.isDue(NOW + LOG_FLUSH_NANOS, NOBODY)).as("no handler runs").isFalse();
    outbox.stored(outbox.take(NOW + LOG_FLUSH_NANOS, somebody));
    assertThat(outbox.isDue(NOW + 2 * LOG_FLUSH_NANOS - 1, somebody)).isFalse();
    assertThat(outbox.isDue(NOW + 2 * LOG_FLUSH_NANOS, somebody)).isTrue();
  }

  @Test
  void whatIsPutBackGoesOutFirstAndInItsOrder() {
    outbox.add(ends(1, 3), NOW);
    range(10, 3).forEach(id -> outbox.giveBack(ref(id)));
    Turn turn = outbox.take(NOW, NOBODY);
    outbox.add(ends(4, 2), NOW);
    outbox.giveBack(ref(13));
    outbox.putBack(turn);
    assertThat(outbox.isDue(NOW, NOBODY)).isTrue();
    Turn again = outbox.take(NOW, NOBODY);
    assertThat(ids(again)).isEqualTo(range(1, 5));
    assertThat(again.returned()).isEqualTo(range(10, 4).stream().map(OutboxTest::ref).toList());
    assertThat(outbox.storedEnds()).isZero();
  }

  @Test
  void marksAndLogsOfATurnThatFailedGoOutAgainUnlessTheEndIsThere() {
    outbox.noteNow(ref(1), NOW);
    outbox.noteNow(ref(2), NOW);
    Turn taken = outbox.take(NOW, NOBODY);
    Segment segment = new Segment(1, 1, 0, List.of(), new byte[] {1});
    outbox.add(List.of(end(1)), NOW);
    outbox.putBack(new Turn(taken.ends(), taken.returned(), taken.marks(), List.of(segment)));
    Turn again = outbox.take(NOW, NOBODY);
    assertThat(again.marks()).extracting(Mark::ref).containsExactly(ref(2));
    assertThat(again.log()).containsExactly(segment);
  }

  @Test
  void whatOthersHaveLockedRestsAndGoesOutAgain() {
    outbox.add(ends(1, 2), NOW);
    outbox.giveBack(ref(3));
    Turn turn = outbox.take(NOW, NOBODY);
    Set<AttemptRef> locked = Set.of(ref(1), ref(3));
    outbox.putBackLocked(turn.about(locked, true), NOW);
    outbox.stored(turn.about(locked, false));
    assertThat(outbox.storedEnds()).isEqualTo(1);
    assertThat(outbox.isEmpty()).isFalse();
    assertThat(outbox.attempts()).containsExactlyInAnyOrder(ref(1), ref(3));

    outbox.tryLockedAgain(NOW + LOCKED_REST_NANOS - 1);
    assertThat(outbox.isDue(NOW + LOCKED_REST_NANOS - 1, somebody)).isFalse();
    assertThat(outbox.untilDue(NOW, NOBODY)).isEqualTo(LOCKED_REST_NANOS);
    outbox.tryLockedAgain(NOW + LOCKED_REST_NANOS);
    assertThat(outbox.isDue(NOW + LOCKED_REST_NANOS, somebody)).isTrue();
    Turn again = outbox.take(NOW + LOCKED_REST_NANOS, NOBODY);
    assertThat(ids(again)).containsExactly(1L);
    assertThat(again.returned()).containsExactly(ref(3));
    outbox.stored(again);
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void aLockedEndWaitsForCompanyNoMore() {
    outbox.add(ends(1, 1), NOW);
    Turn turn = outbox.take(NOW, NOBODY);
    outbox.putBackLocked(turn, NOW);
    outbox.stored(turn.about(Set.of(ref(1)), false));
    long later = NOW + LOCKED_REST_NANOS;
    outbox.tryLockedAgain(later);
    assertThat(outbox.isDue(later, somebody)).isTrue();
  }

  @Test
  void moreThatIsLockedDoesNotLengthenTheRest() {
    outbox.add(ends(1, 2), NOW);
    Turn turn = outbox.take(NOW, NOBODY);
    outbox.putBackLocked(turn.about(Set.of(ref(1)), true), NOW);
    outbox.putBackLocked(turn.about(Set.of(ref(2)), true), NOW + LOCKED_REST_NANOS - 1);
    outbox.stored(turn.about(Set.of(ref(1), ref(2)), false));
    outbox.tryLockedAgain(NOW + LOCKED_REST_NANOS);
    assertThat(ids(outbox.take(NOW + LOCKED_REST_NANOS, NOBODY))).containsExactly(1L, 2L);
  }

  @Test
  void withoutALeaseOnlyEndsAreKept() {
    outbox.add(ends(1, 2), NOW);
    outbox.giveBack(ref(3));
    Turn turn = outbox.take(NOW, NOBODY);
    outbox.putBackLocked(turn.about(Set.of(ref(1), ref(3)), true), NOW);
    outbox.stored(turn.about(Set.of(ref(1), ref(3)), false));
    outbox.giveBack(ref(4));
    outbox.noteNow(ref(5), NOW);
    outbox.add(ends(6, 1), NOW);
    outbox.leaseLost();
    long later = NOW + LOCKED_REST_NANOS;
    outbox.tryLockedAgain(later);
    Turn left = outbox.take(later, NOBODY);
    assertThat(ids(left)).containsExactly(6L, 1L);
    assertThat(left.returned()).isEmpty();
    assertThat(left.marks()).isEmpty();
  }

  @Test
  void knowsTheAttemptsThatAreNotStoredYet() {
    outbox.add(ends(1, 2), NOW);
    outbox.giveBack(ref(3));
    Turn turn = outbox.take(NOW, NOBODY);
    outbox.add(ends(4, 1), NOW);
    assertThat(outbox.attempts()).containsExactlyInAnyOrder(ref(1), ref(2), ref(3), ref(4));
    assertThat(outbox.nothingWaits()).isFalse();
    outbox.stored(turn);
    assertThat(outbox.attempts()).containsExactly(ref(4));
    Turn last = outbox.take(NOW, NOBODY);
    assertThat(outbox.nothingWaits()).isTrue();
    assertThat(outbox.isEmpty()).as("it is still out").isFalse();
    outbox.stored(last);
    assertThat(outbox.isEmpty()).isTrue();
  }
}
