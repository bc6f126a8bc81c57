package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.QueueTurns.Turn;
import dev.ekiden.engine.WorkerOptions.Choice;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueTurnsTest {
  private final Lane light = new Lane((short) 1, "light", 1, List.of(1));
  private final Lane heavy = new Lane((short) 2, "heavy", 3, List.of(1));

  @Test
  void strictAsksInOrderForEverything() {
    QueueTurns turns = new QueueTurns(Choice.STRICT, List.of(light, heavy));
    assertThat(turns.turns(lane -> 8)).containsExactly(new Turn(light, 8), new Turn(heavy, 8));
    assertThat(turns.claimed(light, 1, false, true)).containsExactly(0.0);
    assertThat(turns.claimed(heavy, 2, false, true)).containsExactly(1.0, 1.0);
  }

  @Test
  void aQueueThereIsNoRoomForIsNotAsked() {
    QueueTurns turns = new QueueTurns(Choice.STRICT, List.of(light, heavy));
    assertThat(turns.turns(lane -> lane == light ? 0 : 3)).containsExactly(new Turn(heavy, 3));
  }

  @Test
  void aQueueIsAskedAgainWhenItMayHaveMore() {
    QueueTurns turns = new QueueTurns(Choice.STRICT, List.of(light, heavy));
    assertThat(turns.turns(lane -> 8)).hasSize(2);
    assertThat(turns.mayHaveMore()).isFalse();
    assertThat(turns.turns(lane -> 8)).isEmpty();
    assertThat(turns.hasRoom(lane -> 8)).isFalse();
    turns.claimed(light, 3, false, true);
    turns.claimed(heavy, 8, true, false);
    assertThat(turns.turns(lane -> 8)).containsExactly(new Turn(heavy, 8));
    turns.lookAgain(List.of(light));
    assertThat(turns.turns(lane -> lane == light ? 0 : 8)).as("no room for it").isEmpty();
    assertThat(turns.turns(lane -> 8)).as("so it was not asked").hasSize(1);
    turns.lookAgain();
    assertThat(turns.turns(lane -> 8)).hasSize(2);
  }

  @Test
  void onlyTheQueueWhoseTimeHasComeIsAskedAgain() {
    QueueTurns turns = new QueueTurns(Choice.STRICT, List.of(light, heavy));
    assertThat(turns.turns(lane -> 8)).hasSize(2);
    assertThat(turns.nextDue()).isEqualTo(Long.MAX_VALUE);
    turns.lookAgainAt(heavy, 30);
    turns.lookAgainAt(heavy, 20);
    turns.lookAgainAt(light, 40);
    assertThat(turns.nextDue()).isEqualTo(20);
    turns.lookAgainIfDue(19);
    assertThat(turns.mayHaveMore()).isFalse();
    turns.lookAgainIfDue(20);
    assertThat(turns.turns(lane -> 8)).containsExactly(new Turn(heavy, 8));
    turns.lookAgainIfDue(39);
    assertThat(turns.mayHaveMore()).as("once").isFalse();
    assertThat(turns.nextDue()).isEqualTo(40);
  }

  @Test
  void weightedSharesTheRoomAndGivesTheRestToWhoeverHasMore() {
    QueueTurns turns = new QueueTurns(Choice.WEIGHTED, List.of(light, heavy));
    assertThat(turns.turns(lane -> 8))
        .containsExactly(
            new Turn(light, 2), new Turn(heavy, 6), new Turn(light, 8), new Turn(heavy, 8));
  }

  @Test
  void oneByOneTheHeavyQueueGetsThreeOfFour() {
    QueueTurns turns = new QueueTurns(Choice.WEIGHTED, List.of(light, heavy));
    int ofHeavy = 0;
    for (int i = 0; i < 400; i++) {
      turns.lookAgain();
      Lane first = turns.turns(lane -> 1).getFirst().lane();
      turns.started(turns.claimed(first, 1, true, false).getFirst());
      ofHeavy += first == heavy ? 1 : 0;
    }
    assertThat(ofHeavy).isBetween(299, 301);
  }

  @Test
  void aQueueThatWasDrySavesUpNoTurns() {
    QueueTurns turns = new QueueTurns(Choice.WEIGHTED, List.of(light, heavy));
    turns.claimed(light, 0, false, true);
    for (int i = 0; i < 300; i++) {
      turns.started(turns.claimed(heavy, 1, true, false).getFirst());
    }
    assertThat(turns.claimed(light, 1, true, false).getFirst()).isGreaterThan(100);
  }
}
