package dev.ekiden.launch.process;

import dev.ekiden.launch.Launcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends what is left of a task whose supervisor was killed: what its control groups hold, the
 * session of its program, and whoever still has the path of its result in the environment.
 */
final class Remains {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final TaskDirectory task;
  private final Optional<ProcessIdentity> program;
  private final Cgroup cgroup;

  private Remains(TaskDirectory task, Properties started) {
    this.task = task;
    this.program = ProcessIdentity.from(started);
    this.cgroup = Cgroup.noted(started.getProperty("cgroups", ""));
  }

  /** Kills it all and waits until it is gone. */
  static void end(TaskDirectory task) throws IOException {
    Remains remains = new Remains(task, StateFile.read(task.started()).orElseGet(Properties::new));
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (remains.kill() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    remains.cgroup.remove();
    remains.deleteSecrets();
  }

  /** Whether there was anything to kill. */
  private boolean kill() throws IOException {
    Set<Integer> grouped = new HashSet<>(cgroup.members());
    boolean sameBoot = program.isPresent() && program.get().isOfThisBoot();
    boolean any = false;
    for (ProcessStat process : ProcessStat.all()) {
      if (process.isAlive()
          && (grouped.contains(process.pid())
              || (sameBoot && isOfSession(process, program.get()))
              || carriesResult(process.pid()))) {
        any = true;
        ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    return any;
  }

  /** The number of a session is not used again while anybody is in it. */
  private static boolean isOfSession(ProcessStat process, ProcessIdentity leader) {
    return process.session() == leader.pid() && process.startTicks() >= leader.startTicks();
  }

  private boolean carriesResult(int pid) {
    try {
      byte[] environment = Files.readAllBytes(Path.of("/proc", "" + pid, "environ"));
      String variable = Launcher.RESULT_VARIABLE + "=" + task.result() + "\0";
      return new String(environment, StandardCharsets.UTF_8).contains(variable);
    } catch (IOException e) {
      return false; // Another user's, or gone.
    }
  }

  private void deleteSecrets() throws IOException {
    Directories.empty(task.secrets());
  }
}
