package dev.ekiden.fleet.control;

import dev.ekiden.engine.WorkerSummary;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is seen in one look. The launchers are asked before the tasks are read from the database: so
 * a task that a launcher tells of has its row there, and one that is noted as launched and is not
 * told of is gone, unless it was being launched meanwhile.
 *
 * @param now the database's clock
 * @param places where this server has launchers
 * @param tasks by place, of those launchers that answered
 * @param launching may be with their launcher although it does not tell of them
 * @param workers that hold a lease, by name
 */
record Sight(
    Instant now,
    Set<String> places,
    Map<String, Map<TaskId, TaskStatus>> tasks,
    Set<TaskId> launching,
    Map<String, WorkerSummary> workers) {

  /** Whether the task's launcher is ours to ask, and answered. */
  boolean sees(FleetTask task) {
    return tasks.containsKey(task.place());
  }

  /** Whether the task's launcher is not ours to ask. */
  boolean isElsewhere(FleetTask task) {
    return !places.contains(task.place());
  }

  @Nullable TaskStatus status(FleetTask task) {
    Map<TaskId, TaskStatus> ofPlace = tasks.get(task.place());
    return ofPlace == null ? null : ofPlace.get(task.id());
  }

  @Nullable WorkerSummary worker(FleetTask task) {
    return workers.get(task.id().value());
  }
}
