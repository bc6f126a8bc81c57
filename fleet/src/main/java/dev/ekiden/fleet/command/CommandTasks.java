package dev.ekiden.fleet.command;

import dev.ekiden.engine.Attempt;
import dev.ekiden.engine.Engine;
import dev.ekiden.fleet.command.store.CommandTaskTable;
import dev.ekiden.fleet.command.store.CommandTaskTable.Intent;
import dev.ekiden.fleet.command.store.CommandTaskTable.Row;
import dev.ekiden.fleet.command.store.CommandTaskTable.Sight;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The tasks of jobs as the database knows them. Thread-safe. */
public final class CommandTasks {
  /** How long tasks are remembered after their launcher has forgotten them. */
  public static final Duration MEMORY = Duration.ofDays(30);

  /** The error type of an attempt that leaves its task to a server of its place. */
  static final String HANDED_OVER = "handed-over";

  private final Database database;
  private final Engine engine;

  public CommandTasks(Database database, Engine engine) {
    this.database = database;
    this.engine = engine;
  }

  /** All tasks of a job that are remembered, in the order in which they were launched. */
  public List<Row> ofJob(long jobId) {
    return database.withHandle(handle -> CommandTaskTable.ofJob(handle, jobId));
  }

  Optional<Row> open(long jobId) {
    return database.withHandle(handle -> CommandTaskTable.open(handle, jobId));
  }

  List<Row> present(String place) {
    return database.withHandle(handle -> CommandTaskTable.present(handle, place));
  }

  /**
   * Whether an attempt before this one has ended with the task, so that the next one needs a task
   * of its own. One that was lost or given back has not, and neither has one that handed it over.
   */
  boolean isOver(Row task, int attempt) {
    for (Attempt past : engine.jobs().attempts(task.jobId())) {
      Attempt.Outcome outcome = past.outcome();
      if (past.number() < task.attempt() || past.number() >= attempt || outcome == null) {
        continue;
      }
      switch (outcome) {
        case LOST, RETURNED -> {}
        case RETRIED -> {
          if (!HANDED_OVER.equals(past.errorType())) {
            return true;
          }
        }
        case SUCCEEDED, FAILED, CANCELED -> {
          return true;
        }
      }
    }
    return false;
  }

  /** How many tasks of a job were lost without a trace. */
  int lost(long jobId) {
    return (int)
        ofJob(jobId).stream()
            .map(Row::ending)
            .filter(ending -> ending != null && ending.startsWith("lost"))
            .count();
  }

  /**
   * Writes down a task that is to be launched, unless another one of its job is open.
   *
   * @param located where
   * @return the one that is open now
   */
  Row intend(Intent intent, CommandLaunchers.Located located) {
    return database.inTransaction(handle -> {
      CommandTaskTable.seePlace(handle, located.place(), located.host());
      CommandTaskTable.intend(handle, intent);
      return CommandTaskTable.open(handle, intent.jobId())
          .orElseThrow(() -> new IllegalStateException("the open task was closed meanwhile"));
    });
  }

  void launched(String id) {
    database.useTransaction(handle -> CommandTaskTable.launched(handle, id));
  }

  void seen(TaskStatus status) {
    seen(
        status.id().value(),
        new Sight(
            phase(status.phase()),
            status.started().orElse(null),
            status.ended().orElse(null),
            status.ending().map(TaskEnd::words).orElse(null),
            number(status.use().peakMemoryBytes()),
            status.use().cpuTime().map(time -> time.toNanos() / 1_000).orElse(null)));
  }

  void seenLost(String id, String reason) {
    seen(id, new Sight("ENDED", null, null, "lost: " + reason, null, null));
  }

  private void seen(String id, Sight sight) {
    database.useTransaction(handle -> CommandTaskTable.seen(handle, id, sight));
  }

  void close(String id) {
    database.useTransaction(handle -> CommandTaskTable.close(handle, id));
  }

  /** Closes a task whose job has ended; false if it lives after all, or others closed it. */
  boolean closeEnded(String id) {
    return database.inTransaction(handle -> CommandTaskTable.closeEnded(handle, id));
  }

  void removed(String id) {
    database.useTransaction(handle -> CommandTaskTable.removed(handle, id));
  }

  void seePlace(CommandLaunchers.Located located) {
    database.useTransaction(
        handle -> CommandTaskTable.seePlace(handle, located.place(), located.host()));
  }

  void forget() {
    database.useTransaction(handle -> CommandTaskTable.forget(handle, MEMORY));
  }

  static String phase(Phase phase) {
    return switch (phase) {
      case Phase.Placing placing -> "PLACING";
      case Phase.Starting starting -> "STARTING";
      case Phase.Running running -> "RUNNING";
      case Phase.Ended ended -> "ENDED";
    };
  }

  private static @Nullable Long number(OptionalLong value) {
    return value.isPresent() ? (Long) value.getAsLong() : null;
  }
}
