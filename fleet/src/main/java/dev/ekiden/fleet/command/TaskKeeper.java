package dev.ekiden.fleet.command;

import dev.ekiden.engine.Engine;
import dev.ekiden.fleet.command.CommandLaunchers.Located;
import dev.ekiden.fleet.command.store.CommandTaskTable.Row;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps order among the tasks of this server's places: says that they are seen, stops those whose
 * job has ended or has a newer task, and has launchers forget those that nobody needs any more.
 * Several servers of a place may do so at once.
 */
final class TaskKeeper {
  /** The label with the database that a task belongs to. */
  static final String DATABASE_LABEL = "ekiden-database";

  /**
   * How long a launcher remembers a task that is over. A server that stood still between writing
   * down a task and launching it, for less than that, finds the id taken.
   */
  static final Duration REMOVE_AFTER = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(TaskKeeper.class);

  private final Engine engine;
  private final CommandTasks tasks;
  private final CommandLaunchers launchers;
  private final String databaseId;
  private final Duration removeAfter;

  TaskKeeper(
      Engine engine,
      CommandTasks tasks,
      CommandLaunchers launchers,
      String databaseId,
      Duration removeAfter) {
    this.engine = engine;
    this.tasks = tasks;
    this.launchers = launchers;
    this.databaseId = databaseId;
    this.removeAfter = removeAfter;
  }

  /** One look at all places; of one that does not answer nothing is concluded. */
  void look() {
    for (Located located : launchers.opened()) {
      try {
        look(located);
      } catch (LaunchException e) {
        LOG.warn("The tasks at {} are looked at again later: {}", located.host(), e.getMessage());
      }
    }
  }

  private void look(Located located) {
    tasks.seePlace(located);
    // In this order: what is listed was written down before.
    List<TaskStatus> listed = located.launcher().list();
    List<Row> rows = tasks.present(located.place());
    Set<Long> live = engine.jobs().live(rows.stream().map(Row::jobId).distinct().toList());
    for (Row row : rows) {
      try {
        keep(located.launcher(), row, live.contains(row.jobId()));
      } catch (LaunchException e) {
        LOG.warn("Task {} is looked at again later: {}", row.id(), e.getMessage());
      }
    }
    Set<String> known = rows.stream().map(Row::id).collect(Collectors.toSet());
    for (TaskStatus status : listed) {
      if (databaseId.equals(status.labels().get(DATABASE_LABEL))
          && !known.contains(status.id().value())) {
        orphan(located.launcher(), status);
      }
    }
  }

  private void keep(Launcher launcher, Row row, boolean live) {
    // Closed first: whoever runs the job again waits for the end of the task, and adopts it not.
    if (row.closedAt() == null && (live || !tasks.closeEnded(row.id()))) {
      return;
    }
    TaskId id = new TaskId(row.id());
    Optional<TaskStatus> status = launcher.find(id);
    if (status.isPresent() && !status.get().hasEnded()) {
      LOG.info("Task {} is stopped: job {} goes on without it", id, row.jobId());
      launcher.stop(id, row.grace());
      return;
    }
    status.ifPresent(tasks::seen);
    if (row.closedAt() != null
        && Duration.between(row.closedAt(), Instant.now()).compareTo(removeAfter) > 0) {
      if (status.isPresent()) {
        launcher.remove(id);
      }
      tasks.removed(row.id());
    }
  }

  /**
   * One that the database does not know as present: it was launched late, after it was over, or the
   * database was put back to an older state.
   */
  private static void orphan(Launcher launcher, TaskStatus status) {
    if (status.hasEnded()) {
      launcher.remove(status.id());
    } else {
      LOG.warn("Task {} is stopped: no job has it", status.id());
      launcher.stop(status.id(), Task.DEFAULT_STOP_GRACE);
    }
  }
}
