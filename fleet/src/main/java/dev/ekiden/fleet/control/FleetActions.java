package dev.ekiden.fleet.control;

import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.fleet.control.Upkeep.Present;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a turn of the {@link FleetController} has written down: launches, signals, removals.
 * All of it may be done again without harm. Not thread-safe.
 */
final class FleetActions {
  private static final Logger LOG = LoggerFactory.getLogger(FleetActions.class);

  /**
   * What became of launches.
   *
   * @param failures why, by task
   */
  record Launched(List<TaskId> launched, Map<TaskId, String> failures) {
    private boolean isNothing() {
      return launched.isEmpty() && failures.isEmpty();
    }
  }

  private final Launchers launchers;
  private final WorkerProgram program;

  /** Sent the signal by this leader, which need not be sent again. */
  private final Set<TaskId> signalled = new HashSet<>();

  FleetActions(Launchers launchers, WorkerProgram program) {
    this.launchers = launchers;
    this.program = program;
  }

  /**
   * Acts.
   *
   * @param asked tasks whose intent was just written
   * @param leads asked before each launch; when false, whoever leads launches the rest
   * @param noted gets what was launched, before anything else is done
   * @return whether some task could not be launched
   */
  boolean act(
      Map<String, Fleet> fleets,
      Upkeep upkeep,
      List<FleetTask> asked,
      BooleanSupplier leads,
      Consumer<Launched> noted) {
    List<FleetTask> tasks = new ArrayList<>(upkeep.launchAgain);
    tasks.addAll(asked);
    Launched launched = launch(fleets, tasks, leads);
    if (!launched.isNothing()) {
      noted.accept(launched);
    }
    upkeep.stopped.forEach(one -> signal(fleets, one.task()));
    upkeep.beingStopped.stream()
        .filter(task -> !signalled.contains(task.id()))
        .forEach(task -> signal(fleets, task));
    for (Present orphan : upkeep.orphans) {
      if (!signalled.contains(orphan.id())) {
        LOG.warn("Task {} belongs to no fleet and is stopped", orphan.id());
        stop(orphan.place(), orphan.id(), FleetSpec.DEFAULT_GRACE);
      }
    }
    for (Present over : upkeep.forgettable) {
      at(over.place()).ifPresent(located -> attempt(() -> located.launcher().remove(over.id())));
    }
    return !launched.failures().isEmpty();
  }

  /** Forgets which signals were sent: another leader may have come in between. */
  void forget() {
    signalled.clear();
  }

  void forgetAllBut(Set<TaskId> known) {
    signalled.retainAll(known);
  }

  private Launched launch(Map<String, Fleet> fleets, List<FleetTask> tasks, BooleanSupplier leads) {
    Launched result = new Launched(new ArrayList<>(), new LinkedHashMap<>());
    for (FleetTask task : tasks) {
      Fleet fleet = fleets.get(task.fleet());
      Located located = at(task.place()).orElse(null);
      if (fleet == null || located == null) {
        continue;
      }
      if (!leads.getAsBoolean()) {
        break;
      }
      try {
        located.launcher().launch(program.task(fleet.spec(), task));
        result.launched().add(task.id());
        LOG.info("Fleet {} starts worker {} ({})", task.fleet(), task.id(), task.capacityClass());
      } catch (LaunchException | IllegalArgumentException e) {
        LOG.warn("Fleet {} cannot start worker {}: {}", task.fleet(), task.id(), e.toString());
        result.failures().put(task.id(), String.valueOf(e.getMessage()));
      }
    }
    return result;
  }

  private void signal(Map<String, Fleet> fleets, FleetTask task) {
    Fleet fleet = fleets.get(task.fleet());
    LOG.info("Worker {} of fleet {} is sent the signal to end", task.id(), task.fleet());
    stop(task.place(), task.id(), fleet == null ? FleetSpec.DEFAULT_GRACE : fleet.spec().grace());
  }

  private void stop(String place, TaskId id, Duration grace) {
    at(place)
        .ifPresent(located -> {
          if (attempt(
              () -> located.launcher().stop(id, grace.plus(WorkerProgram.KILL_AFTER_GRACE)))) {
            signalled.add(id);
          }
        });
  }

  private Optional<Located> at(String place) {
    return launchers.located().values().stream()
        .filter(located -> located.place().equals(place))
        .findFirst();
  }

  private static boolean attempt(Runnable action) {
    try {
      action.run();
      return true;
    } catch (LaunchException e) {
      LOG.warn("A launcher refused, and is asked again: {}", e.toString());
      return false;
    }
  }
}
