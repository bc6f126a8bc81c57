package dev.ekiden.launch.process;

import dev.ekiden.launch.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The control groups of a task, as far as this machine lets us make some: the limits that they keep
 * hold for all its processes together. Both versions of control groups are one to us: a directory
 * for each controller (version 1), or one for all (version 2).
 */
final class Cgroup {

  static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final Path OWN = Path.of("/proc/self/cgroup");
  private static final int PERIOD_MICROS = 100_000;
  private static final int MIN_QUOTA_MICROS = 1_000;

  /** A group, and the one that its maker belongs to. */
  record Place(Path home, Path group) {}

  private final List<Place> places;

  private Cgroup(List<Place> places) {
    this.places = List.copyOf(places);
  }

  /**
   * Makes groups and limits them; the number of processes is limited by {@link #limitProcesses}
   * when we are out again. Where nothing can be made, the result {@link #isNone}.
   */
  static Cgroup make(String name, Resources resources) throws IOException {
    List<String> own = Files.readAllLines(OWN);
    Cgroup cgroup =
        new Cgroup(
            Files.exists(ROOT.resolve("cgroup.controllers"))
                ? makeUnified(own, name)
                : makeEach(own, name));
    cgroup.limit(resources);
    return cgroup;
  }

  /** The groups that another supervisor noted. */
  static Cgroup noted(String directories) {
    List<Place> places = new ArrayList<>();
    for (String directory : directories.split(":", -1)) {
      if (!directory.isEmpty()) {
        places.add(new Place(ROOT, Path.of(directory)));
      }
    }
    return new Cgroup(places);
  }

  /** What {@link #noted} reads. */
  String note() {
    return String.join(":", places.stream().map(place -> place.group().toString()).toList());
  }

  boolean isNone() {
    return places.isEmpty();
  }

  boolean limitsProcesses() {
    return has("pids.max");
  }

  boolean limitsMemory() {
    return has("memory.limit_in_bytes") || has("memory.max");
  }

  boolean limitsCpu() {
    return has("cpu.cfs_quota_us") || has("cpu.max");
  }

  /** Goes in: whom this process starts from now on is in too. */
  void enter() throws IOException {
    for (Place place : places) {
      moveTo(place.group());
    }
  }

  /** Goes back to where this process came from. */
  void leave() throws IOException {
    for (Place place : places) {
      moveTo(place.home());
    }
  }

  /** While we are in, our own threads are part of the number. */
  void limitProcesses(int most) throws IOException {
    set("pids.max", Integer.toString(most));
  }

  /** The pids of all processes in the groups. */
  List<Integer> members() {
    List<Integer> pids = new ArrayList<>();
    for (Place place : places) {
      try {
        for (String line : Files.readAllLines(place.group().resolve("cgroup.procs"))) {
          pids.add(Integer.valueOf(line));
        }
      } catch (IOException e) {
        // The group is gone, and so are its members.
      }
    }
    return pids;
  }

  /** Whether the kernel has killed a process of the groups because of the memory limit. */
  boolean isOutOfMemory() {
    return number("memory.oom_control", "oom_kill ").orElse(0) > 0
        || number("memory.events", "oom_kill ").orElse(0) > 0;
  }

  /** The most memory that all processes had together, if the groups know. */
  OptionalLong peakMemoryBytes() {
    OptionalLong peak = number("memory.max_usage_in_bytes", "");
    return peak.isPresent() ? peak : number("memory.peak", "");
  }

  /** Removes the groups, which have no members any more. */
  void remove() {
    for (Place place : places) {
      remove(place.group());
    }
  }

  private void limit(Resources resources) throws IOException {
    long quota =
        Math.max(MIN_QUOTA_MICROS, resources.vcpuThousandths() * (long) PERIOD_MICROS / 1000);
    set("cpu.cfs_period_us", Integer.toString(PERIOD_MICROS));
    set("cpu.cfs_quota_us", Long.toString(quota));
    set("cpu.max", quota + " " + PERIOD_MICROS);
    String memory = Long.toString(resources.memoryBytes());
    set("memory.limit_in_bytes", memory);
    setIfPossible("memory.memsw.limit_in_bytes", memory);
    set("memory.max", memory);
    setIfPossible("memory.swap.max", "0");
    setIfPossible("memory.oom.group", "1");
  }

  private static List<Place> makeEach(List<String> own, String name) {
    List<Place> places = new ArrayList<>();
    for (String controller : List.of("pids", "memory", "cpu")) {
      Path home = home(ROOT.resolve(controller), own, controller);
      if (Files.isDirectory(home) && tryToUse(home, home.resolve(name))) {
        places.add(new Place(home, home.resolve(name)));
      }
    }
    return places;
  }

  /**
   * A group with processes may not hand controllers to groups in it, so ours may have to stand
   * beside the one that we are in.
   */
  private static List<Place> makeUnified(List<String> own, String name) {
    Path home = home(ROOT, own, "");
    for (Path parent = home;
        parent != null && parent.startsWith(ROOT);
        parent = parent.getParent()) {
      Path group = parent.resolve(name);
      if (handsOnPids(parent) && tryToUse(home, group)) {
        return List.of(new Place(home, group));
      }
    }
    return List.of();
  }

  private static boolean handsOnPids(Path parent) {
    try {
      String controllers = Files.readString(parent.resolve("cgroup.subtree_control"));
      return List.of(controllers.strip().split(" ")).contains("pids");
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes a group and goes in and out once, the only proof that we may. */
  private static boolean tryToUse(Path home, Path group) {
    try {
      Files.createDirectory(group);
    } catch (IOException e) {
      return false;
    }
    try {
      moveTo(group);
      moveTo(home);
      return true;
    } catch (IOException e) {
      remove(group);
      return false;
    }
  }

  private static void moveTo(Path group) throws IOException {
    long self = ProcessHandle.current().pid();
    Files.writeString(group.resolve("cgroup.procs"), Long.toString(self));
  }

  /** The group that we are in; in a container its path may be one of outside. */
  private static Path home(Path mount, List<String> own, String controller) {
    for (String line : own) {
      String[] parts = line.split(":", 3);
      if (List.of(parts[1].split(",")).contains(controller)) {
        Path home = mount.resolve(parts[2].substring(1));
        return Files.isDirectory(home) ? home : mount;
      }
    }
    return mount;
  }

  private boolean has(String file) {
    return places.stream().anyMatch(place -> Files.exists(place.group().resolve(file)));
  }

  private void set(String file, String value) throws IOException {
    for (Place place : places) {
      Path setting = place.group().resolve(file);
      if (Files.exists(setting)) {
        Files.writeString(setting, value);
      }
    }
  }

  private void setIfPossible(String file, String value) {
    try {
      set(file, value);
    } catch (IOException e) {
      // Not every kernel counts this.
    }
  }

  private OptionalLong number(String file, String prefix) {
    for (Place place : places) {
      try {
        for (String line : Files.readAllLines(place.group().resolve(file))) {
          if (line.startsWith(prefix)) {
            return OptionalLong.of(Long.parseLong(line.substring(prefix.length())));
          }
        }
      } catch (IOException e) {
        // Another controller's group.
      }
    }
    return OptionalLong.empty();
  }

  private static void remove(Path group) {
    try {
      Files.deleteIfExists(group);
    } catch (IOException e) {
      // Somebody has gone in, or it is not ours any more: an empty group does no harm.
    }
  }
}
