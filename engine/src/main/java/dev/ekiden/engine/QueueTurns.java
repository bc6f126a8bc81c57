package dev.ekiden.engine;

import dev.ekiden.engine.WorkerOptions.Choice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Whose turn it is among the queues of a worker.
 *
 * <p>STRICT takes them in the order listed. WEIGHTED is start-time fair queueing: each queue has a
 * virtual time that grows by {@code jobs ÷ weight}; the one that is least far goes first, and one
 * that was dry does not save up turns. Guarded by the worker's lock.
 */
final class QueueTurns {
  /** A served queue with the definitions this worker can run from it. */
  static final class Lane {
    private final short queueId;
    private final String queue;
    private final int weight;
    private final List<Integer> definitionIds;
    private double virtualTime;
    private boolean dry;
    private boolean mayHaveMore = true;
    private long dueNanos = Long.MAX_VALUE;

    Lane(short queueId, String queue, int weight, List<Integer> definitionIds) {
      this.queueId = queueId;
      this.queue = queue;
      this.weight = weight;
      this.definitionIds = List.copyOf(definitionIds);
    }

    short queueId() {
      return queueId;
    }

    String queue() {
      return queue;
    }

    List<Integer> definitionIds() {
      return definitionIds;
    }

    /** Whether it had less than was asked for, the last time. */
    boolean isDry() {
      return dry;
    }
  }

  /** A lane and how many jobs to ask it for. */
  record Turn(Lane lane, int max) {}

  private final Choice choice;
  private final List<Lane> lanes;
  private double served;

  QueueTurns(Choice choice, List<Lane> lanes) {
    this.choice = choice;
    this.lanes = List.copyOf(lanes);
  }

  List<Lane> lanes() {
    return lanes;
  }

  /** Any lane may have jobs that were not asked for. */
  void lookAgain() {
    lookAgain(lanes);
  }

  void lookAgain(Collection<Lane> some) {
    some.forEach(lane -> lane.mayHaveMore = true);
  }

  /** What a lane has may be allowed to run at this time of {@link System#nanoTime}. */
  void lookAgainAt(Lane lane, long nanos) {
    lane.dueNanos = Math.min(lane.dueNanos, nanos);
  }

  /** The lanes whose time has come may have jobs that were not asked for. */
  void lookAgainIfDue(long now) {
    for (Lane lane : lanes) {
      if (now >= lane.dueNanos) {
        lane.dueNanos = Long.MAX_VALUE;
        lane.mayHaveMore = true;
      }
    }
  }

  /** When the first lane's time comes. */
  long nextDue() {
    long next = Long.MAX_VALUE;
    for (Lane lane : lanes) {
      next = Math.min(next, lane.dueNanos);
    }
    return next;
  }

  /** Whether some lane may have jobs that were not asked for. */
  boolean mayHaveMore() {
    return lanes.stream().anyMatch(lane -> lane.mayHaveMore);
  }

  /**
   * Whether there is room for a job of some lane that may have more.
   *
   * @param roomFor how many jobs of a lane there is room for
   */
  boolean hasRoom(ToIntFunction<Lane> roomFor) {
    // Asked after each handler.
    for (Lane lane : lanes) {
      if (lane.mayHaveMore && roomFor.applyAsInt(lane) > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Who is asked for how many, in order, of the lanes that may have more; they are taken for asked.
   * What a lane leaves over may go to the next.
   *
   * @param roomFor how many jobs of a lane there is room for
   */
  List<Turn> turns(ToIntFunction<Lane> roomFor) {
    List<Turn> open = new ArrayList<>();
    for (Lane lane : lanes) {
      int room = lane.mayHaveMore ? roomFor.applyAsInt(lane) : 0;
      if (room > 0) {
        open.add(new Turn(lane, room));
      }
    }
    open.forEach(turn -> turn.lane().mayHaveMore = false);
    return switch (choice) {
      case STRICT -> open;
      case WEIGHTED -> weighted(open);
    };
  }

  private static List<Turn> weighted(List<Turn> open) {
    List<Turn> order = new ArrayList<>(open);
    order.sort(Comparator.comparingDouble(turn -> turn.lane().virtualTime));
    int weights = order.stream().mapToInt(turn -> turn.lane().weight).sum();
    List<Turn> turns = new ArrayList<>();
    for (Turn turn : order) {
      int share = turn.max() * turn.lane().weight / weights;
      turns.add(new Turn(turn.lane(), Math.max(1, share)));
    }
    // Whatever the shares left open goes to whoever has more.
    turns.addAll(order);
    return turns;
  }

  /** Whether jobs are shared out by weight with a lane of this kind that may have more. */
  boolean shareWith(Predicate<Lane> kind) {
    return choice == Choice.WEIGHTED
        && lanes.stream().anyMatch(lane -> lane.mayHaveMore && kind.test(lane));
  }

  /** The lanes whose jobs may go before those of one; that one too. */
  List<Lane> upTo(Lane lane) {
    return switch (choice) {
      case STRICT -> lanes.subList(0, lanes.indexOf(lane) + 1);
      case WEIGHTED -> lanes;
    };
  }

  /** Whether jobs of a lane may go before those of one of some others. */
  boolean isBefore(Lane lane, Predicate<Lane> others) {
    return switch (choice) {
      case STRICT -> lanes.subList(lanes.indexOf(lane) + 1, lanes.size()).stream().anyMatch(others);
      case WEIGHTED -> lanes.stream().anyMatch(other -> other != lane && others.test(other));
    };
  }

  /**
   * A lane answered a claim.
   *
   * @param more whether another claim may find more at once
   * @param dry whether it had less than was asked for
   * @return the ranks of the claimed jobs, by which they are to start
   */
  List<Double> claimed(Lane lane, int jobs, boolean more, boolean dry) {
    lane.mayHaveMore |= more;
    List<Double> ranks = new ArrayList<>(jobs);
    if (choice == Choice.WEIGHTED && lane.dry && jobs > 0) {
      lane.virtualTime = Math.max(lane.virtualTime, served);
    }
    for (int i = 0; i < jobs; i++) {
      ranks.add(
          switch (choice) {
            case STRICT -> (double) lanes.indexOf(lane);
            case WEIGHTED -> lane.virtualTime += 1.0 / lane.weight;
          });
    }
    lane.dry = dry;
    return ranks;
  }

  /** A job of this rank started. */
  void started(double rank) {
    served = Math.max(served, rank);
  }
}
