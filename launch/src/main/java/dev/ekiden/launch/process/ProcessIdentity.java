package dev.ekiden.launch.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * One process and no other: pids are used again, but not with the same start in the same run of the
 * machine.
 *
 * @param pid its number
 * @param startTicks when it started, in ticks since the machine did
 * @param boot the run of the machine
 */
record ProcessIdentity(int pid, long startTicks, String boot) {

  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** Who has this pid now. */
  static Optional<ProcessIdentity> of(long pid) throws IOException {
    String boot = bootNow();
    return ProcessStat.of(pid)
        .map(stat -> new ProcessIdentity(stat.pid(), stat.startTicks(), boot));
  }

  static ProcessIdentity self() throws IOException {
    long pid = ProcessHandle.current().pid();
    return of(pid).orElseThrow(() -> new IOException("/proc does not show this process"));
  }

  /** Who was noted, if anybody was. */
  static Optional<ProcessIdentity> from(Properties facts) {
    String pid = facts.getProperty("pid");
    if (pid == null) {
      return Optional.empty();
    }
    return Optional.of(
        new ProcessIdentity(
            Integer.parseInt(pid),
            Long.parseLong(facts.getProperty("start-ticks", "0")),
            facts.getProperty("boot", "")));
  }

  void noteIn(Properties facts) {
    facts.setProperty("pid", Integer.toString(pid));
    facts.setProperty("start-ticks", Long.toString(startTicks));
    facts.setProperty("boot", boot);
  }

  boolean isAlive() throws IOException {
    Optional<ProcessStat> stat = ProcessStat.of(pid);
    return stat.isPresent()
        && stat.get().isAlive()
        && stat.get().startTicks() == startTicks
        && isOfThisBoot();
  }

  boolean isOfThisBoot() throws IOException {
    return boot.equals(bootNow());
  }

  private static String bootNow() throws IOException {
    return Files.readString(BOOT).strip();
  }
}
