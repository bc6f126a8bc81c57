package dev.ekiden.launch.process;

import dev.ekiden.launch.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Keeps the limits of a task as well as this machine allows: by control groups; else memory is
 * watched, processes are limited by the user's total (which root is exempt from), and the program
 * gives way to others by its niceness.
 */
final class Limits {

  private static final int NICENESS = 5;
  private static final int ROOT = 0;

  private final Cgroup cgroup;
  private final Resources resources;
  private final boolean limitsUser;

  private Limits(Cgroup cgroup, Resources resources) throws IOException {
    this.cgroup = cgroup;
    this.resources = resources;
    this.limitsUser = !cgroup.limitsProcesses() && user(ProcessHandle.current().pid()) != ROOT;
  }

  /** Makes ready what can be had before the program is there. */
  static Limits make(TaskDirectory task, Resources resources) throws IOException {
    // Other installations may have a task of this id.
    String installation = Integer.toHexString(task.path().hashCode());
    String name = "ekiden-" + installation + "-" + task.path().getFileName();
    return new Limits(Cgroup.make(name, resources), resources);
  }

  /** A thing to do that may fail. */
  interface Start {
    int run() throws IOException;
  }

  /** Starts a program so that it is limited from its first instruction on. */
  int around(Start start) throws IOException {
    if (!cgroup.limitsCpu()) {
      Posix.beNice(NICENESS);
    }
    if (limitsUser) {
      Posix.limit(Posix.RLIMIT_NPROC, processesOfUser() + resources.processes());
    }
    int pid;
    cgroup.limitProcesses(resources.processes() + threadsOfOurs());
    cgroup.enter();
    try {
      pid = start.run();
    } finally {
      cgroup.leave();
    }
    cgroup.limitProcesses(resources.processes());
    return pid;
  }

  Cgroup cgroup() {
    return cgroup;
  }

  /** Whether we must look how much memory the program has. */
  boolean watchesMemory() {
    return !cgroup.limitsMemory();
  }

  long memoryBytes() {
    return resources.memoryBytes();
  }

  void noteIn(Properties facts) {
    String watched = limitsUser ? "user's total" : "not limited";
    facts.setProperty("cgroups", cgroup.note());
    facts.setProperty("limit-processes", cgroup.limitsProcesses() ? "cgroup" : watched);
    facts.setProperty("limit-memory", cgroup.limitsMemory() ? "cgroup" : "watched");
    facts.setProperty("limit-cpu", cgroup.limitsCpu() ? "cgroup" : "niceness");
  }

  void release() {
    cgroup.remove();
  }

  private static int threadsOfOurs() throws IOException {
    return ProcessStat.of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IOException("/proc does not show this process"))
        .threads();
  }

  private static long processesOfUser() throws IOException {
    int user = user(ProcessHandle.current().pid());
    long threads = 0;
    for (ProcessStat process : ProcessStat.all()) {
      try {
        threads += user(process.pid()) == user ? process.threads() : 0;
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
    return threads;
  }

  private static int user(long pid) throws IOException {
    return (int) Files.getAttribute(Path.of("/proc", Long.toString(pid)), "unix:uid");
  }
}
