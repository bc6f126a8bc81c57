package dev.ekiden.fleet.control;

import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.fleet.control.Upkeep.Present;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a turn of the {@link FleetController} has written down: launches, signals, removals.
 * All of it may be done again without harm, and none of it is waited for. Used by the thread of the
 * controller.
 */
final class FleetActions {
  private static final Logger LOG = LoggerFactory.getLogger(FleetActions.class);

  private final Launchers launchers;
  private final WorkerProgram program;
  private final Executor threads;
  private final Launches launches;

  /** Sent the signal by this leader, or about to be: it need not be sent again. */
  private final Set<TaskId> signalled = ConcurrentHashMap.newKeySet();

  /** About to be forgotten by their launchers. */
  private final Set<TaskId> removing = ConcurrentHashMap.newKeySet();

  /**
   * Actions.
   *
   * @param threads run what launchers are asked for
   * @param news told when there is something for {@link #launched}; must not block
   */
  FleetActions(Launchers launchers, WorkerProgram program, Executor threads, Runnable news) {
    this.launchers = launchers;
    this.program = program;
    this.threads = threads;
    this.launches = new Launches(threads, news);
  }

  /** What became of launches since this was asked before. */
  Launches.Outcomes launched() {
    return launches.take();
  }

  /** Tasks whose launch was begun, or is to be, and of which nothing was told yet. */
  Set<TaskId> underWay() {
    return launches.underWay();
  }

  /**
   * Begins to act.
   *
   * @param asked tasks whose intent was just written
   */
  void act(Map<String, Fleet> fleets, Upkeep upkeep, List<FleetTask> asked) {
    upkeep.ended.forEach(one -> launches.cancel(one.task().id()));
    upkeep.launchAgain.forEach(task -> launch(fleets, task));
    asked.forEach(task -> launch(fleets, task));
    upkeep.stopped.forEach(one -> signal(fleets, one.task()));
    upkeep.beingStopped.forEach(task -> signal(fleets, task));
    for (Present orphan : upkeep.orphans) {
      if (!signalled.contains(orphan.id())) {
        LOG.warn("Task {} belongs to no fleet and is stopped", orphan.id());
        stop(orphan.place(), orphan.id(), FleetSpec.DEFAULT_GRACE);
      }
    }
    for (Present over : upkeep.forgettable) {
      ask(
          over.place(),
          over.id(),
          removing,
          launcher -> {
            launcher.remove(over.id());
            removing.remove(over.id());
          });
    }
  }

  /** Forgets what was begun: another leader may have come in between. */
  void forget() {
    launches.forget();
    signalled.clear();
    removing.clear();
  }

  void forgetAllBut(Set<TaskId> known) {
    signalled.retainAll(known);
  }

  /** Begins nothing more, and waits for the launches that have begun. */
  void close(Duration most) throws InterruptedException {
    launches.close(most);
  }

  private void launch(Map<String, Fleet> fleets, FleetTask task) {
    Fleet fleet = fleets.get(task.fleet());
    Located located = at(task.place()).orElse(null);
    if (fleet == null || located == null) {
      return;
    }
    try {
      launches.order(task, located, program.task(fleet.spec(), task));
    } catch (IllegalArgumentException e) {
      LOG.warn("Fleet {} cannot start worker {}: {}", task.fleet(), task.id(), e.toString());
      launches.failed(task.id(), String.valueOf(e.getMessage()));
    }
  }

  private void signal(Map<String, Fleet> fleets, FleetTask task) {
    if (!signalled.contains(task.id())) {
      Fleet fleet = fleets.get(task.fleet());
      LOG.info("Worker {} of fleet {} is sent the signal to end", task.id(), task.fleet());
      stop(task.place(), task.id(), fleet == null ? FleetSpec.DEFAULT_GRACE : fleet.spec().grace());
    }
  }

  private void stop(String place, TaskId id, Duration grace) {
    ask(
        place,
        id,
        signalled,
        launcher -> launcher.stop(id, grace.plus(WorkerProgram.KILL_AFTER_GRACE)));
  }

  /**
   * Asks a launcher for something once.
   *
   * @param begun tasks for which it is asked, or was; one that is refused is asked for again
   */
  private void ask(String place, TaskId id, Set<TaskId> begun, Consumer<Launcher> question) {
    at(place)
        .filter(located -> begun.add(id))
        .ifPresent(located ->
            threads.execute(() -> {
              try {
                question.accept(located.launcher());
              } catch (RuntimeException e) {
                LOG.warn("A launcher refused, and is asked again: {}", e.toString());
                begun.remove(id);
              }
            }));
  }

  private Optional<Located> at(String place) {
    return launchers.located().values().stream()
        .filter(located -> located.place().equals(place))
        .findFirst();
  }
}
