package dev.ekiden.server.process;

import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.WorkerProgram;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.config.Setting;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program of a fleet's worker: this one again, in the role {@code worker}. On this machine the
 * same Java, class path, main class and options; in containers the image that the fleet names. The
 * password of the database goes by file, so that it stands on no command line and in no variable.
 */
final class WorkerCommand implements WorkerProgram {
  /** Names the main class where the command line of this process does not, as in tests. */
  static final String MAIN_PROPERTY = "ekiden.main";

  private static final String TRAINING = "training";

  /** A process of ours has threads of the JVM and of Jetty's pools, and may start programs. */
  private static final int PROCESSES = 4_096;

  /** How much of its memory a worker's heap gets unless this process was told something else. */
  private static final double HEAP_PART = 0.6;

  /** Options of ours that are no worker's: debuggers, agents, and caches made for another role. */
  private static final List<String> OWN =
      List.of(
          "-agent",
          "-javaagent",
          "-Xrunjdwp",
          "-Xdebug",
          "-XX:SharedArchiveFile",
          "-XX:AOT",
          "-Xlog",
          "-XX:ErrorFile",
          "-Dcom.sun.management");

  private final DatabaseAddress database;
  private final Map<String, String> environment;
  private final WorkerCache cache;

  /**
   * The program of workers.
   *
   * @param environment of this process: settings of applications are passed on
   * @param caches where the cache of a worker's classes is kept
   */
  WorkerCommand(DatabaseAddress database, Map<String, String> environment, Path caches) {
    this.database = database;
    this.environment = new TreeMap<>(environment);
    this.cache = new WorkerCache(caches, start(List.of()));
  }

  @Override
  public Task task(FleetSpec fleet, FleetTask task) {
    List<String> arguments =
        List.of(
            Role.WORKER.name().toLowerCase(Locale.ROOT),
            Setting.QUEUES.flag(),
            String.join(",", fleet.queues()),
            Setting.CONCURRENCY.flag(),
            Integer.toString(fleet.settings().slots()),
            Setting.NAME.flag(),
            task.id().value(),
            Setting.DRAIN.flag(),
            Times.format(fleet.grace()));
    String image = fleet.image();
    Task.Builder made =
        Task.of(
                task.id(),
                image == null
                    ? new Program.Command(
                        Stream.concat(here(fleet).stream(), arguments.stream()).toList())
                    : new Program.Image(image, arguments))
            .label(FLEET_LABEL, task.fleet())
            .label("class", task.capacityClass().name())
            .capacityClass(task.capacityClass().name())
            .resources(
                new Resources(fleet.size().milliVcpus(), fleet.size().memoryMib(), PROCESSES))
            .stopGrace(fleet.grace().plus(KILL_AFTER_GRACE))
            .environment(Setting.DATABASE_URL.variable(), database.url())
            .environment(Setting.DATABASE_USER.variable(), database.user())
            .secret(Secret.inFile(Setting.DATABASE_PASSWORD.variable(), database.password()));
    if (image == null) {
      made.workingDirectory(Path.of("").toAbsolutePath().toString());
      passedOn().forEach((name, value) -> made.secret(Secret.inEnvironment(name, value)));
    }
    return made.build();
  }

  /**
   * Makes the cache that lets workers of this machine start sooner, unless it is there.
   *
   * @return whether it is there now
   */
  boolean makeCache() throws InterruptedException {
    Map<String, String> variables = new TreeMap<>(passedOn());
    variables.put(Setting.DATABASE_URL.variable(), database.url());
    variables.put(Setting.DATABASE_USER.variable(), database.user());
    variables.put(Setting.DATABASE_PASSWORD.variable(), database.password());
    // A task that no fleet has: it does all that comes before the first claim, and ends.
    variables.put(Launcher.TASK_VARIABLE, TRAINING);
    return cache.make(
        start(List.of()),
        List.of(Role.WORKER.name().toLowerCase(Locale.ROOT), Setting.NAME.flag(), TRAINING),
        variables);
  }

  private List<String> here(FleetSpec fleet) {
    List<String> more = new ArrayList<>();
    cache.file().ifPresent(file -> more.add("-XX:AOTCache=" + file));
    if (options().stream().noneMatch(WorkerCommand::isHeap)) {
      more.add("-Xmx%dm".formatted(Math.round(fleet.size().memoryMib() * HEAP_PART)));
    }
    return start(more);
  }

  /** What starts this process's program, with more options. */
  private static List<String> start(List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(more);
    command.addAll(options());
    String main = System.getProperty(MAIN_PROPERTY, "");
    if (main.isEmpty()) {
      main = System.getProperty("sun.java.command", "").split(" ", 2)[0];
    }
    if (main.endsWith(".jar")) {
      command.add("-jar");
    } else {
      command.add("-cp");
      command.add(classPath());
    }
    command.add(main);
    return command;
  }

  /** Relative entries are relative to where this process was started, as workers are. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> entry.isEmpty() ? "." : entry)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> options() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> OWN.stream().noneMatch(option::startsWith))
        .toList();
  }

  private static boolean isHeap(String option) {
    return option.startsWith("-Xmx") || option.startsWith("-XX:MaxRAM");
  }

  /** Variables of applications; those that are settings of ours are not the worker's. */
  private Map<String, String> passedOn() {
    Map<String, String> passed = new TreeMap<>();
    environment.forEach((name, value) -> {
      boolean own =
          Arrays.stream(Setting.values()).anyMatch(setting -> setting.variable().equals(name))
              || name.equals(Launcher.TASK_VARIABLE)
              || name.equals(Launcher.RESULT_VARIABLE);
      if (name.startsWith(Setting.PREFIX) && !own) {
        passed.put(name, value);
      }
    });
    return passed;
  }
}
