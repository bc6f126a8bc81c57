package dev.ekiden.launch.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process as {@code /proc} shows it.
 *
 * @param pid its number
 * @param state one letter
 * @param parent the pid of its parent
 * @param session the pid of the leader of its session
 * @param threads how many it has
 * @param startTicks when it started, in ticks since the machine did
 */
record ProcessStat(int pid, char state, int parent, int session, int threads, long startTicks) {

  private static final Path PROC = Path.of("/proc");

  /** The process of this pid, if there is one. */
  static Optional<ProcessStat> of(long pid) {
    try {
      // Names of programs may hold any bytes.
      byte[] stat = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat"));
      return Optional.of(parse((int) pid, new String(stat, StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Every process of this machine that we can see. */
  static List<ProcessStat> all() {
    List<ProcessStat> found = new ArrayList<>();
    String[] names = PROC.toFile().list(ProcessStat::isPid);
    for (String name : names == null ? new String[0] : names) {
      of(Long.parseLong(name)).ifPresent(found::add);
    }
    return found;
  }

  /** Whether it still does something; a zombie only waits for its parent to take note. */
  boolean isAlive() {
    return state != 'Z' && state != 'X';
  }

  private static boolean isPid(File directory, String name) {
    return name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static ProcessStat parse(int pid, String stat) {
    // The name of the program stands in brackets, and may hold brackets and spaces.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return new ProcessStat(
        pid,
        fields[0].charAt(0),
        Integer.parseInt(fields[1]),
        Integer.parseInt(fields[3]),
        Integer.parseInt(fields[17]),
        Long.parseLong(fields[19]));
  }
}
