package dev.ekiden.launch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a launcher starts: a program and all it may have. It has no timeout: ending a task in time
 * is the business of who launched it.
 *
 * @param id names it, and makes launching idempotent
 * @param program what runs
 * @param labels who it belongs to; they come back with each {@link TaskStatus}
 * @param environment variables of the program, besides the few that a launcher sets
 * @param secrets variables or files of the program that nobody else sees
 * @param workingDirectory where the program starts; empty: the launcher's or image's choice
 * @param resources what it may use at most
 * @param network what it sees of the network; default {@link Network.Host}
 * @param capacityClass of what kind the machine is, such as {@code on-demand} or {@code spot}
 * @param stopGrace how long it may take to end when the place itself wants it to go; a {@link
 *     Launcher#stop} names its own
 */
public record Task(
    TaskId id,
    Program program,
    SortedMap<String, String> labels,
    SortedMap<String, String> environment,
    List<Secret> secrets,
    Optional<String> workingDirectory,
    Resources resources,
    Network network,
    String capacityClass,
    Duration stopGrace) {

  /** The capacity class of a task that names none. */
  public static final String ON_DEMAND = "on-demand";

  /** The class of cheaper machines that may be taken away after a notice. */
  public static final String SPOT = "spot";

  /** How long a task may take to end if nothing else is said. */
  public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(10);

  /** The longest grace; what a provider allows may be less. */
  public static final Duration MAX_STOP_GRACE = Duration.ofHours(24);

  public Task {
    labels = Labels.copy(labels);
    environment = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    secrets = List.copyOf(secrets);
    Variables.check(environment);
    checkDistinct(environment, secrets);
    Labels.checkValue("capacityClass", capacityClass);
    if (capacityClass.isBlank()) {
      throw new IllegalArgumentException("The capacity class of a task has a name");
    }
    checkGrace(stopGrace);
    if (workingDirectory.isPresent() && !workingDirectory.get().startsWith("/")) {
      throw new IllegalArgumentException(
          "The working directory must begin with / but is \"" + workingDirectory.get() + "\"");
    }
  }

  /** A task with default resources and nothing else. */
  public static Builder of(TaskId id, Program program) {
    return new Builder(id, program);
  }

  /**
   * A grace as all launchers take it.
   *
   * @throws IllegalArgumentException if it is negative or over {@link #MAX_STOP_GRACE}
   */
  public static Duration checkGrace(Duration grace) {
    if (grace.isNegative() || grace.compareTo(MAX_STOP_GRACE) > 0) {
      throw new IllegalArgumentException(
          "The grace of a stop must be 0 to 24 hours but is " + grace);
    }
    return grace;
  }

  private static void checkDistinct(Map<String, String> environment, List<Secret> secrets) {
    Set<String> names = new HashSet<>(environment.keySet());
    for (Secret secret : secrets) {
      if (!names.add(secret.variable())) {
        throw new IllegalArgumentException("Two values for the variable " + secret.variable());
      }
    }
  }

  /** Collects what a task has; not thread-safe. */
  public static final class Builder {
    private final TaskId id;
    private final Program program;
    private final SortedMap<String, String> labels = new TreeMap<>();
    private final SortedMap<String, String> environment = new TreeMap<>();
    private final List<Secret> secrets = new ArrayList<>();
    private Optional<String> workingDirectory = Optional.empty();
    private Resources resources = Resources.DEFAULT;
    private Network network = Network.host();
    private String capacityClass = ON_DEMAND;
    private Duration stopGrace = DEFAULT_STOP_GRACE;

    private Builder(TaskId id, Program program) {
      this.id = id;
      this.program = program;
    }

    public Builder label(String name, String value) {
      labels.put(name, value);
      return this;
    }

    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    public Builder secret(Secret secret) {
      secrets.add(secret);
      return this;
    }

    public Builder workingDirectory(String directory) {
      workingDirectory = Optional.of(directory);
      return this;
    }

    public Builder resources(Resources most) {
      resources = most;
      return this;
    }

    public Builder network(Network seen) {
      network = seen;
      return this;
    }

    public Builder capacityClass(String name) {
      capacityClass = name;
      return this;
    }

    public Builder stopGrace(Duration grace) {
      stopGrace = grace;
      return this;
    }

    /**
     * The task.
     *
     * @throws IllegalArgumentException if a part of it is not allowed; the message says which
     */
    public Task build() {
      return new Task(
          id,
          program,
          labels,
          environment,
          secrets,
          workingDirectory,
          resources,
          network,
          capacityClass,
          stopGrace);
    }
  }
}
