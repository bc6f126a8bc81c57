package dev.ekiden.fleet.control;

import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.fleet.Times;
import dev.ekiden.launch.Ending;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be done about tasks whatever the demand: ends to be noted, launches to be made up for,
 * workers to be sent away whose fleet is gone or whose machine is taken, tasks nobody asked for to
 * be stopped. Pure: looks at what was seen, and changes nothing.
 */
final class Upkeep {
  /** A worker that has lost its lease, or does not go, is stopped after that. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A task that has become a worker and holds no lease is on its way for so long. */
  private static final Duration LEASE_COMES = Duration.ofSeconds(5);

  /** A task that runs. */
  record Launched(FleetTask task, @Nullable Instant startedAt) {}

  /** A task that is over. */
  record Ended(FleetTask task, TaskEnding ending, String detail, Instant at) {}

  /** A worker to be asked to go. */
  record Retire(FleetTask task, String reason) {}

  /** A task to be sent the signal to end. */
  record Stop(FleetTask task, boolean reclaimed, String detail) {}

  /** A task in a launcher. */
  record Present(String place, TaskId id) {}

  final List<Launched> launched = new ArrayList<>();
  final List<Ended> ended = new ArrayList<>();
  final List<FleetTask> launchAgain = new ArrayList<>();
  final List<Retire> retired = new ArrayList<>();
  final List<Stop> stopped = new ArrayList<>();

  /** Noted as being stopped in an earlier look; whether the signal was sent is not known. */
  final List<FleetTask> beingStopped = new ArrayList<>();

  /** Run, and should not. */
  final List<Present> orphans = new ArrayList<>();

  /** Are over and may be forgotten by their launcher. */
  final List<Present> forgettable = new ArrayList<>();

  /** Are over and have been forgotten by their launcher. */
  final List<TaskId> removed = new ArrayList<>();

  private final Sight sight;
  private final Map<String, Fleet> fleets;
  private final Duration keepEnded;
  private final Map<TaskId, Instant> leaselessSince;

  /**
   * Looks at all tasks.
   *
   * @param leaselessSince since when tasks that were workers hold no lease; kept from look to look
   */
  Upkeep(
      Sight sight,
      List<FleetTask> tasks,
      Map<String, Fleet> fleets,
      Duration keepEnded,
      Map<TaskId, Instant> leaselessSince) {
    this.sight = sight;
    this.fleets = fleets;
    this.keepEnded = keepEnded;
    this.leaselessSince = leaselessSince;
    Set<TaskId> known = new HashSet<>();
    for (FleetTask task : tasks) {
      known.add(task.id());
      if (task.hasEnded()) {
        over(task);
      } else {
        look(task);
      }
    }
    leaselessSince.keySet().retainAll(known);
    sight
        .tasks()
        .forEach((place, statuses) ->
            statuses.values().stream()
                .filter(status -> status.labels().containsKey(WorkerProgram.FLEET_LABEL))
                .filter(status -> !known.contains(status.id()))
                .forEach(status ->
                    (status.hasEnded() ? forgettable : orphans)
                        .add(new Present(place, status.id()))));
  }

  /** The tasks that are left for a fleet's decision, with those just asked to go marked so. */
  Map<TaskId, Standing> standings(String fleet, List<FleetTask> tasks) {
    Set<TaskId> gone = new HashSet<>();
    ended.forEach(one -> gone.add(one.task().id()));
    Set<TaskId> going = new HashSet<>();
    retired.forEach(one -> going.add(one.task().id()));
    stopped.forEach(one -> going.add(one.task().id()));
    Map<TaskId, Standing> standings = new HashMap<>();
    for (FleetTask task : tasks) {
      if (task.fleet().equals(fleet) && !task.hasEnded() && !gone.contains(task.id())) {
        standings.put(
            task.id(), going.contains(task.id()) ? Standing.DRAINING : standing(sight, task));
      }
    }
    return standings;
  }

  /** How a task stands that has not ended. */
  enum Standing {
    STARTING,
    IDLE,
    BUSY,
    DRAINING
  }

  static Standing standing(Sight sight, FleetTask task) {
    if (task.isAskedToGo()) {
      return Standing.DRAINING;
    }
    WorkerSummary worker = sight.worker(task);
    if (worker != null) {
      return worker.running() == 0 ? Standing.IDLE : Standing.BUSY;
    }
    Instant ready = task.readyAt();
    // One that lost its lease may still run what it had.
    return ready == null || ready.plus(LEASE_COMES).isAfter(sight.now())
        ? Standing.STARTING
        : Standing.BUSY;
  }

  private void look(FleetTask task) {
    if (sight.isElsewhere(task)) {
      elsewhere(task);
    } else if (sight.sees(task)) {
      TaskStatus status = sight.status(task);
      if (status == null) {
        missing(task);
      } else if (status.hasEnded()) {
        end(task, status);
      } else {
        running(task, status);
      }
    }
  }

  /** Its place tells nothing: of all there is only its worker to go by. */
  private void elsewhere(FleetTask task) {
    if (isLeaseless(task, PATIENCE)) {
      ended.add(
          new Ended(
              task,
              TaskEnding.LOST,
              "its worker is gone, and %s cannot be seen from here".formatted(task.place()),
              sight.now()));
    } else if (isOverdue(task)) {
      ended.add(
          new Ended(
              task,
              TaskEnding.NOT_STARTED,
              "%s, which cannot be seen from here, made no worker of it in %s"
                  .formatted(task.place(), Times.format(startTimeout(task))),
              sight.now()));
    } else {
      sendAway(task);
    }
  }

  private void missing(FleetTask task) {
    boolean launching = sight.launching().contains(task.id());
    if (task.launchedAt() != null) {
      if (!launching) {
        ended.add(new Ended(task, TaskEnding.LOST, "its launcher knows it no more", sight.now()));
      }
    } else if (task.isAskedToGo() || whySentAway(task) != null) {
      ended.add(
          new Ended(
              task,
              TaskEnding.RETIRED,
              "it was not needed any more before it was launched",
              sight.now()));
    } else if (launching && isOverdue(task)) {
      ended.add(
          new Ended(
              task,
              TaskEnding.NOT_STARTED,
              "the launcher %s had not launched it in %s"
                  .formatted(task.launcher(), Times.format(startTimeout(task))),
              sight.now()));
    } else if (!launching) {
      launchAgain.add(task);
    }
  }

  private void running(FleetTask task, TaskStatus status) {
    Instant started = status.started().orElse(null);
    if (task.launchedAt() == null || (task.startedAt() == null && started != null)) {
      launched.add(new Launched(task, started));
    }
    Instant due = task.reclaimDueAt();
    if (task.stoppedAt() != null) {
      beingStopped.add(task);
    } else if (due != null && !due.isAfter(sight.now())) {
      stopped.add(
          new Stop(
              task,
              true,
              "simulated spot took its machine away after " + age(task.askedAt(), sight.now())));
    } else if (isOverdue(task)) {
      stopped.add(
          new Stop(
              task, false, "it had not become a worker in " + Times.format(startTimeout(task))));
    } else if (isLeaseless(task, PATIENCE)) {
      stopped.add(new Stop(task, false, "its worker held no lease for " + Times.format(PATIENCE)));
    } else if (isReluctant(task)) {
      stopped.add(
          new Stop(
              task,
              false,
              "it was asked to retire and, without a job, did not in " + Times.format(PATIENCE)));
    } else {
      sendAway(task);
    }
  }

  private void sendAway(FleetTask task) {
    String reason = whySentAway(task);
    if (reason != null && task.retireAt() == null) {
      retired.add(new Retire(task, reason));
    }
  }

  private @Nullable String whySentAway(FleetTask task) {
    Fleet fleet = fleets.get(task.fleet());
    if (fleet == null) {
      return "its fleet was removed";
    }
    return fleet.spec().enabled() ? null : "its fleet was switched off";
  }

  private boolean isOverdue(FleetTask task) {
    return task.readyAt() == null
        && sight.worker(task) == null
        && task.askedAt().plus(startTimeout(task)).isBefore(sight.now());
  }

  private Duration startTimeout(FleetTask task) {
    Fleet fleet = fleets.get(task.fleet());
    return fleet == null ? FleetSpec.DEFAULT_START_TIMEOUT : fleet.spec().startTimeout();
  }

  private boolean isLeaseless(FleetTask task, Duration patience) {
    if (task.readyAt() == null || sight.worker(task) != null) {
      leaselessSince.remove(task.id());
      return false;
    }
    Instant since = leaselessSince.computeIfAbsent(task.id(), id -> sight.now());
    return since.plus(patience).isBefore(sight.now());
  }

  private boolean isReluctant(FleetTask task) {
    Instant asked = task.retireAt();
    WorkerSummary worker = sight.worker(task);
    return asked != null
        && asked.plus(PATIENCE).isBefore(sight.now())
        && (worker == null || worker.running() == 0);
  }

  private void end(FleetTask task, TaskStatus status) {
    Instant at = status.ended().filter(time -> time.isBefore(sight.now())).orElse(sight.now());
    Ending ending = status.ending().orElseGet(() -> new Ending.Lost("its end is not known"));
    TaskEnding kind = kind(task, ending);
    String detail = task.detail();
    String told = told(ending);
    if (detail == null && kind == TaskEnding.RETIRED) {
      detail = task.retireReason();
    }
    ended.add(new Ended(task, kind, detail == null ? told : detail + "; " + told, at));
  }

  private static TaskEnding kind(FleetTask task, Ending ending) {
    if (task.reclaimedAt() != null || ending instanceof Ending.Reclaimed) {
      return TaskEnding.RECLAIMED;
    }
    if (task.retireAt() != null) {
      return TaskEnding.RETIRED;
    }
    if (ending instanceof Ending.CouldNotStart || task.readyAt() == null) {
      return TaskEnding.NOT_STARTED;
    }
    if (task.stoppedAt() != null) {
      return TaskEnding.STOPPED;
    }
    if (ending instanceof Ending.Lost) {
      return TaskEnding.LOST;
    }
    return ending.isSuccess() ? TaskEnding.EXITED : TaskEnding.CRASHED;
  }

  private static String told(Ending ending) {
    return switch (ending) {
      case Ending.Exited(int code) -> "exit code " + code;
      case Ending.Signaled(int signal) -> "ended by signal " + signal;
      case Ending.OutOfMemory() -> "out of memory";
      case Ending.CouldNotStart(String reason) -> "could not start: " + reason;
      case Ending.Reclaimed() -> "its machine was taken away";
      case Ending.Lost(String reason) -> reason;
    };
  }

  private void over(FleetTask task) {
    if (sight.isElsewhere(task)) {
      removed.add(task.id());
      return;
    }
    if (!sight.sees(task)) {
      return;
    }
    TaskStatus status = sight.status(task);
    Instant at = task.endedAt();
    if (status == null) {
      removed.add(task.id());
    } else if (!status.hasEnded()) {
      // Launched by a leader that was one no more when it did so.
      orphans.add(new Present(task.place(), task.id()));
    } else if (at != null && !at.plus(keepEnded).isAfter(sight.now())) {
      forgettable.add(new Present(task.place(), task.id()));
    }
  }

  private static String age(Instant from, Instant to) {
    return Times.format(Duration.ofMillis(Duration.between(from, to).toMillis() / 100 * 100));
  }
}
