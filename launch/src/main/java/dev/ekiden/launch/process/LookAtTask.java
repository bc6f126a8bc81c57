package dev.ekiden.launch.process;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.ResourceUse;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/**
 * Finds out how a task is from its directory. Where nobody watches over it any more, it is brought
 * to an end: of several who look at once, one writes it down.
 */
final class LookAtTask {

  /** A supervisor that has not come up by then will not start anything. */
  static final Duration START_TIMEOUT = Duration.ofSeconds(30);

  private final TaskDirectory task;
  private final TaskFacts facts;

  private LookAtTask(TaskDirectory task, TaskFacts facts) {
    this.task = task;
    this.facts = facts;
  }

  /** How the task is; empty if there is none. */
  static Optional<TaskStatus> look(Path directory) throws IOException {
    TaskDirectory task = new TaskDirectory(directory);
    try {
      return Optional.of(new LookAtTask(task, TaskFacts.read(task)).look());
    } catch (IOException e) {
      if (Files.exists(directory)) {
        throw e;
      }
      return Optional.empty(); // Removed meanwhile.
    }
  }

  /** Notes that the program will not be started; whoever was about to do so finds that out. */
  static void giveUp(TaskDirectory task, String reason) throws IOException {
    if (StateFile.create(task.supervisor(), new Properties())) {
      Directories.empty(task.secrets());
      end(task, new Ending.CouldNotStart(reason));
    }
  }

  private TaskStatus look() throws IOException {
    Optional<Properties> supervisor = StateFile.read(task.supervisor());
    if (supervisor.isEmpty()) {
      if (Instant.now().isBefore(facts.asked().plus(START_TIMEOUT))) {
        return status();
      }
      giveUp(task, "Its supervisor has not come up in " + START_TIMEOUT.toSeconds() + " s");
      return status();
    }
    Optional<ProcessIdentity> identity = ProcessIdentity.from(supervisor.get());
    boolean watched = identity.isPresent() && identity.get().isAlive();
    if (!watched && !Files.exists(task.ended())) {
      Remains.end(task);
      end(task, lost(identity));
    }
    return status();
  }

  private static Ending lost(Optional<ProcessIdentity> supervisor) throws IOException {
    if (supervisor.isEmpty()) {
      return new Ending.CouldNotStart("Whoever launched it was killed while giving up");
    }
    return new Ending.Lost(
        supervisor.get().isOfThisBoot()
            ? "Its supervisor was killed"
            : "The machine was started anew");
  }

  private static void end(TaskDirectory task, Ending ending) throws IOException {
    StateFile.create(task.ended(), Endings.facts(ending, ResourceUse.UNKNOWN));
  }

  private TaskStatus status() throws IOException {
    Optional<Properties> ended = StateFile.read(task.ended());
    Optional<Properties> started = StateFile.read(task.started());
    return new TaskStatus(
        new TaskId(task.path().getFileName().toString()),
        facts.labels(),
        facts.capacityClass(),
        phase(started, ended),
        facts.asked(),
        started.map(Endings::time),
        ended.map(Endings::time),
        ended.map(Endings::use).orElse(ResourceUse.UNKNOWN));
  }

  private static Phase phase(Optional<Properties> started, Optional<Properties> ended) {
    if (ended.isPresent()) {
      return new Phase.Ended(Endings.ending(ended.get()));
    }
    return started.isPresent() ? new Phase.Running() : new Phase.Starting();
  }
}
