package dev.ekiden.fleet.control;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Decision;
import dev.ekiden.fleet.Decision.Stop;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.Workers;
import dev.ekiden.fleet.control.Upkeep.Ended;
import dev.ekiden.fleet.control.Upkeep.Standing;
import dev.ekiden.fleet.decide.Scaling;
import dev.ekiden.launch.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One fleet's decision: counts its workers as the same {@link Scaling} wants them that the
 * simulator calls, and picks which of them go. Pure.
 *
 * @param observed what the decision rests on
 * @param retiring idle workers to be asked to go, the newest of their class
 * @param news whether workers came up or failed to since the decision before
 */
record FleetPlan(Decision decision, Observed observed, List<FleetTask> retiring, boolean news) {

  /**
   * Decides.
   *
   * @param tasks of all fleets that have not been removed
   * @param upkeep what was found out about them
   * @param before what the decision before left
   * @param decidedAt when that was; null if there was none
   */
  static FleetPlan of(
      Fleet fleet,
      Instant now,
      List<FleetTask> tasks,
      Upkeep upkeep,
      Demand demand,
      Memory before,
      @Nullable Instant decidedAt) {
    Map<TaskId, Standing> standings = upkeep.standings(fleet.name(), tasks);
    Map<CapacityClass, Count> counts = new HashMap<>();
    List<FleetTask> idle = new ArrayList<>();
    for (FleetTask task : tasks) {
      Standing standing = standings.get(task.id());
      if (standing != null) {
        counts.computeIfAbsent(task.capacityClass(), one -> new Count()).add(standing);
        if (standing == Standing.IDLE) {
          idle.add(task);
        }
      }
      if (task.fleet().equals(fleet.name())) {
        Count count = counts.computeIfAbsent(task.capacityClass(), one -> new Count());
        if (isSince(decidedAt, task.readyAt())) {
          count.started++;
        }
        if (task.ending() == TaskEnding.NOT_STARTED && isSince(decidedAt, task.endedAt())) {
          count.failed++;
        }
      }
    }
    for (Ended ended : upkeep.ended) {
      if (ended.task().fleet().equals(fleet.name()) && ended.ending() == TaskEnding.NOT_STARTED) {
        counts.computeIfAbsent(ended.task().capacityClass(), one -> new Count()).failed++;
      }
    }
    Map<CapacityClass, Workers> workers = new HashMap<>();
    counts.forEach((capacityClass, count) -> workers.put(capacityClass, count.workers()));
    Observed observed = new Observed(workers, demand);
    Decision decision = Scaling.decide(now, observed, fleet.spec().settings(), before);
    boolean news = counts.values().stream().anyMatch(count -> count.started + count.failed > 0);
    return new FleetPlan(decision, observed, pick(idle, decision.stops()), news);
  }

  private static boolean isSince(@Nullable Instant decidedAt, @Nullable Instant time) {
    return time != null && decidedAt != null && time.isAfter(decidedAt);
  }

  private static List<FleetTask> pick(List<FleetTask> idle, List<Stop> stops) {
    List<FleetTask> picked = new ArrayList<>();
    for (Stop stop : stops) {
      idle.stream()
          .filter(task -> task.capacityClass().equals(stop.capacityClass()))
          .sorted(Comparator.comparingLong(FleetTask::number).reversed())
          .limit(stop.workers())
          .forEach(picked::add);
    }
    return picked;
  }

  /** Not a record, because it counts. */
  private static final class Count {
    private int busy;
    private int idle;
    private int starting;
    private int draining;
    private int started;
    private int failed;

    void add(Standing standing) {
      switch (standing) {
        case STARTING -> starting++;
        case IDLE -> idle++;
        case BUSY -> busy++;
        case DRAINING -> draining++;
      }
    }

    Workers workers() {
      return new Workers(busy + idle, idle, starting, draining, started, failed);
    }
  }
}
