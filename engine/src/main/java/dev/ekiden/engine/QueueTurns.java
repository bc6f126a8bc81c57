package dev.ekiden.engine;

import dev.ekiden.engine.WorkerOptions.Choice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

  /**
   * Who is asked for how many, in order. What a lane leaves over may go to the next.
   *
   * @param roomFor how many jobs of a lane there is room for
   */
  List<Turn> turns(ToIntFunction<Lane> roomFor) {
    List<Turn> turns =
        switch (choice) {
          case STRICT ->
              lanes.stream().map(lane -> new Turn(lane, roomFor.applyAsInt(lane))).toList();
          case WEIGHTED -> weightedTurns(roomFor);
        };
    return turns.stream().filter(turn -> turn.max() > 0).toList();
  }

  private List<Turn> weightedTurns(ToIntFunction<Lane> roomFor) {
    List<Lane> order = new ArrayList<>(lanes);
    order.sort(Comparator.comparingDouble(lane -> lane.virtualTime));
    int weights = order.stream().mapToInt(lane -> lane.weight).sum();
    List<Turn> turns = new ArrayList<>();
    for (Lane lane : order) {
      int room = roomFor.applyAsInt(lane);
      turns.add(new Turn(lane, Math.min(room, Math.max(1, room * lane.weight / weights))));
    }
    // Whatever the shares left open goes to whoever has more.
    order.forEach(lane -> turns.add(new Turn(lane, roomFor.applyAsInt(lane))));
    return turns;
  }

  /**
   * A lane answered a claim.
   *
   * @param dry whether it had less than was asked for
   * @return the ranks of the claimed jobs, by which they are to start
   */
  List<Double> claimed(Lane lane, int jobs, boolean dry) {
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
