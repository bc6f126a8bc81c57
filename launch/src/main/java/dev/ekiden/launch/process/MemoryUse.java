package dev.ekiden.launch.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Counts the memory that processes have for themselves: resident, without what files back. */
final class MemoryUse {

  private static final int PAGE_BYTES = Posix.pageBytes();

  private MemoryUse() {}

  static long bytes(List<Integer> pids) {
    long pages = 0;
    for (int pid : pids) {
      pages += pages(pid);
    }
    return pages * PAGE_BYTES;
  }

  private static long pages(int pid) {
    try {
      // Size, resident, shared and more, in pages.
      String[] fields = Files.readString(Path.of("/proc", "" + pid, "statm")).split(" ", -1);
      return Long.parseLong(fields[1]) - Long.parseLong(fields[2]);
    } catch (IOException e) {
      return 0;
    }
  }
}
