package dev.ekiden.launch.process;

import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.PollingWatch;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Watch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Runs tasks as processes of this machine, under our own user. Each has a directory and a
 * supervisor, a small process that outlives this one: whoever opens a launcher over the same
 * directory on this machine finds all tasks again. Linux only. Thread-safe.
 *
 * <p>Programs get their own variables and of ours only {@code PATH}, {@code HOME}, user, language,
 * time zone and {@code JAVA_HOME}. How limits are kept depends on the machine: by control groups
 * where we may make some, else memory is watched, processors are shared by niceness, and processes
 * are limited by the user's total unless we are root.
 */
public final class ProcessLauncher implements Launcher {

  private static final Duration WATCH_PERIOD = Duration.ofMillis(100);
  private final Path tasks;
  private final Path drafts;
  private final LogLimits logLimits;
  private final Map<TaskId, Ended> ended = new ConcurrentHashMap<>();
  private final Set<PollingWatch> watches = ConcurrentHashMap.newKeySet();

  /** What is known of an ended task, as long as the file that says so is the same. */
  private record Ended(Object fileKey, TaskStatus status) {}

  private ProcessLauncher(Path directory, LogLimits logLimits) {
    this.tasks = directory.resolve("tasks");
    this.drafts = directory.resolve("drafts");
    this.logLimits = logLimits;
  }

  /** Opens a launcher over a directory, which is made if it is missing, with default logs. */
  public static ProcessLauncher in(Path directory) {
    return in(directory, LogLimits.DEFAULT);
  }

  /**
   * Opens a launcher over a directory.
   *
   * @param directory on a local disk, made for our user alone if it is missing; it is the
   *     installation
   * @param logLimits of tasks launched from now on
   */
  public static ProcessLauncher in(Path directory, LogLimits logLimits) {
    if (!Files.isDirectory(Path.of("/proc/self"))) {
      throw new LaunchException("Processes are launched on Linux only: there is no /proc here");
    }
    ProcessLauncher launcher =
        new ProcessLauncher(directory.toAbsolutePath().normalize(), logLimits);
    try {
      Directories.createPrivately(launcher.tasks);
      Directories.createPrivately(launcher.drafts);
    } catch (IOException e) {
      throw new LaunchException("Cannot keep tasks in " + directory, e);
    }
    return launcher;
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public void launch(Task task) {
    ProcessRequest request = request(task);
    try {
      if (!claim(task)) {
        return;
      }
    } catch (IOException e) {
      throw new LaunchException("Cannot make a directory for task " + task.id(), e);
    }
    try {
      SupervisorCommand.start(directory(task.id()), request.order());
    } catch (IOException e) {
      giveUp(directory(task.id()), e);
    }
  }

  @Override
  public List<TaskStatus> list() {
    List<TaskStatus> found = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(tasks)) {
      for (Path directory : directories) {
        find(new TaskId(directory.getFileName().toString())).ifPresent(found::add);
      }
    } catch (IOException e) {
      throw new LaunchException("Cannot read the tasks in " + tasks, e);
    }
    found.sort(Comparator.comparing(TaskStatus::id));
    return found;
  }

  @Override
  public Optional<TaskStatus> find(TaskId id) {
    TaskDirectory directory = directory(id);
    try {
      if (!Files.exists(directory.path())) {
        ended.remove(id);
        return Optional.empty();
      }
      Ended known = ended.get(id);
      if (known != null && known.fileKey().equals(key(directory.ended()))) {
        return Optional.of(known.status());
      }
      Optional<TaskStatus> status = LookAtTask.look(directory.path());
      if (status.isPresent() && status.get().hasEnded()) {
        ended.put(id, new Ended(key(directory.ended()), status.get()));
      }
      return status;
    } catch (IOException e) {
      throw new LaunchException("Cannot find out how task " + id + " is", e);
    }
  }

  @Override
  public Watch watch(Consumer<TaskStatus> changes) {
    PollingWatch watch = PollingWatch.start(this::list, changes, WATCH_PERIOD);
    watches.add(watch);
    return () -> {
      watches.remove(watch);
      watch.close();
    };
  }

  @Override
  public void stop(TaskId id, Duration grace) {
    Task.checkGrace(grace);
    if (find(id).map(TaskStatus::hasEnded).orElse(true)) {
      return;
    }
    try {
      StopRequest.write(directory(id), grace);
    } catch (IOException e) {
      throw new LaunchException("Cannot stop task " + id, e);
    }
  }

  @Override
  public LogPage log(TaskId id, LogPosition from, int maxBytes) {
    boolean isOver = find(id).orElseThrow(() -> LaunchException.unknown(id)).hasEnded();
    try {
      return LogReader.read(directory(id).log(), from, maxBytes, isOver);
    } catch (IOException e) {
      throw new LaunchException("Cannot read the log of task " + id, e);
    }
  }

  @Override
  public Optional<byte[]> result(TaskId id) {
    Path file = directory(id).result();
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new LaunchException("The result of task " + id + " is not a file");
    }
    try (InputStream stream = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = stream.readNBytes(MAX_RESULT_BYTES + 1);
      if (bytes.length > MAX_RESULT_BYTES) {
        throw new LaunchException(
            "The result of task " + id + " has more than " + MAX_RESULT_BYTES + " bytes");
      }
      return Optional.of(bytes);
    } catch (IOException e) {
      throw new LaunchException("Cannot read the result of task " + id, e);
    }
  }

  @Override
  public void remove(TaskId id) {
    Optional<TaskStatus> status = find(id);
    if (status.isEmpty()) {
      return;
    }
    if (!status.get().hasEnded()) {
      throw new LaunchException("Task " + id + " has not ended: stop it first");
    }
    Path draft = draft(id);
    try {
      Files.move(directory(id).path(), draft, StandardCopyOption.ATOMIC_MOVE);
      ended.remove(id);
      Directories.delete(draft);
    } catch (IOException e) {
      if (Files.exists(directory(id).path())) {
        throw new LaunchException("Cannot remove task " + id, e);
      }
    }
  }

  @Override
  public String plan(Task task) {
    return request(task).plan();
  }

  @Override
  public void close() {
    watches.forEach(PollingWatch::close);
    watches.clear();
  }

  private ProcessRequest request(Task task) {
    return new ProcessRequest(task, directory(task.id()), logLimits);
  }

  private TaskDirectory directory(TaskId id) {
    return new TaskDirectory(tasks.resolve(id.value()));
  }

  private Path draft(TaskId id) {
    return drafts.resolve(id + "-" + UUID.randomUUID());
  }

  /** Makes the directory of a task, as a whole; false if there is one of this id. */
  private boolean claim(Task task) throws IOException {
    Path claimed = directory(task.id()).path();
    if (Files.exists(claimed)) {
      return false;
    }
    TaskDirectory draft = new TaskDirectory(draft(task.id()));
    draft.create();
    TaskFacts.of(task).write(draft);
    try {
      Files.move(draft.path(), claimed, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      Directories.delete(draft.path());
      if (Files.exists(claimed)) {
        return false; // Another launcher was faster.
      }
      throw e;
    }
  }

  private static void giveUp(TaskDirectory directory, IOException reason) {
    try {
      LookAtTask.giveUp(directory, "Its supervisor could not be started: " + reason.getMessage());
    } catch (IOException e) {
      reason.addSuppressed(e);
      throw new LaunchException("Cannot start a supervisor", reason);
    }
  }

  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }
}
