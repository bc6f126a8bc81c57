package dev.ekiden.server.config;

import dev.ekiden.fleet.command.TaskVariables;
import dev.ekiden.launch.Launcher;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set. A flag wins over the environment variable, which wins over the
 * default. The flag is the name in lower case with dashes, the variable the name after {@code
 * EKIDEN_}.
 */
public enum Setting {
  DIRECTORY(".ekiden", "DIR", "where state is kept", Role.UP, Role.SERVER, Role.WORKER, Role.DEMO),
  PORT("8080", "PORT", "port of the control listener, 0 for a free one", Role.UP, Role.SERVER),
  BIND("127.0.0.1", "ADDRESS", "address of the control listener", Role.UP, Role.SERVER),
  HOSTS(
      null,
      "NAME,…",
      "names the control listener answers to besides the loopback ones",
      Role.UP,
      Role.SERVER),
  TOKEN_FILE(
      null,
      "FILE",
      "file with the access token; one is made in the directory if not given",
      Role.UP,
      Role.SERVER),
  PUBLIC_PORT(
      null,
      "PORT",
      "port of the first public listener, the others follow; the control port + 1 if not given",
      Role.UP,
      Role.SERVER),
  PUBLIC_BIND("127.0.0.1", "ADDRESS", "address of the public listeners", Role.UP, Role.SERVER),
  PUBLIC_HOSTS(
      null,
      "NAME,…",
      "names the public listeners answer to besides the loopback ones",
      Role.UP,
      Role.SERVER),
  PUBLIC_RATE(
      "50",
      "N",
      "requests a second that one client may send to a public listener",
      Role.UP,
      Role.SERVER),
  PUBLIC_BURST(
      "100",
      "N",
      "requests at once that one client may send to a public listener",
      Role.UP,
      Role.SERVER),
  DATABASE_URL(
      null,
      "URL",
      "PostgreSQL to use, jdbc:postgresql://HOST/NAME, without a password",
      Role.UP,
      Role.SERVER,
      Role.WORKER,
      Role.MIGRATE),
  DATABASE_USER(null, "USER", "its user", Role.UP, Role.SERVER, Role.WORKER, Role.MIGRATE),
  DATABASE_PASSWORD_FILE(
      null,
      "FILE",
      "file with the user's password (or the variable EKIDEN_DATABASE_PASSWORD)",
      Role.UP,
      Role.SERVER,
      Role.WORKER,
      Role.MIGRATE),
  /** A variable only: command lines are visible to everybody on the machine. */
  DATABASE_PASSWORD(null, "PASSWORD", "the user's password"),
  DATABASE_WAIT(
      "60s",
      "TIME",
      "how long a start waits for a PostgreSQL that does not answer yet",
      Role.UP,
      Role.SERVER,
      Role.WORKER,
      Role.MIGRATE),
  DATABASE_PORT(
      null,
      "PORT",
      "port of the embedded PostgreSQL; a free one is chosen the first time and kept if not given",
      Role.UP),
  INLINE_WORKERS(
      "true",
      "BOOLEAN",
      "whether the server runs its applications' jobs itself; programs: see --commands",
      Role.UP,
      Role.SERVER),
  QUEUES(null, "QUEUE,…", "queues to serve, first ones first; all if not given", Role.WORKER),
  CONCURRENCY(null, "N", "handlers at once; each worker's own number if not given", Role.WORKER),
  NAME(
      null,
      "NAME",
      "what its workers are called in lists; what they do, their host and process if not given",
      Role.WORKER),
  COST_PRICE(
      "fargate-tokyo",
      "NAME",
      "price of workers that no fleet started, in reports of costs",
      Role.UP,
      Role.SERVER),
  COST_VCPUS("1", "N", "vCPUs of such a worker", Role.UP, Role.SERVER),
  COST_MEMORY_MIB("2048", "MIB", "memory of such a worker", Role.UP, Role.SERVER),
  COMMANDS(
      "16",
      "N",
      "programs of applied definitions to run at once, 0 for none",
      Role.UP,
      Role.SERVER),
  DOCKER_HOST(
      "unix:///var/run/docker.sock",
      "URL",
      "the Docker Engine that runs images, unix:///PATH or tcp://HOST:PORT",
      Role.UP,
      Role.SERVER),
  LAUNCHERS(
      null,
      "FILE",
      "YAML file with the Docker, Kubernetes and Amazon ECS of fleets and command jobs",
      Role.UP,
      Role.SERVER),
  DRAIN(
      "30s",
      "TIME",
      "how long running jobs may go on when the process is asked to stop",
      Role.UP,
      Role.SERVER,
      Role.WORKER),
  /** Used by the verbs that talk to a server; they declare the flag themselves. */
  ADDRESS(null, "URL", "the server to talk to");

  /** Prefix of every variable. */
  public static final String PREFIX = "EKIDEN_";

  /** Variables that others read: the embedded PostgreSQL, the launcher, a task. */
  static final List<String> READ_ELSEWHERE =
      List.of(
          "EKIDEN_CACHE",
          "EKIDEN_JAVA_HOME",
          "EKIDEN_JAVA_OPTIONS",
          Launcher.TASK_VARIABLE,
          Launcher.RESULT_VARIABLE,
          TaskVariables.JOB,
          TaskVariables.ATTEMPT,
          TaskVariables.DEFINITION,
          TaskVariables.REVISION,
          TaskVariables.PARAMETERS,
          TaskVariables.PARAMETERS_FILE);

  private final @Nullable String fallback;
  private final String label;
  private final String description;

  /** Filled here and never changed. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Set<Role> roles;

  Setting(@Nullable String fallback, String label, String description, Role... roles) {
    this.fallback = fallback;
    this.label = label;
    this.description = description;
    this.roles =
        roles.length == 0 ? EnumSet.noneOf(Role.class) : EnumSet.copyOf(Arrays.asList(roles));
  }

  /** The key: {@code database-url}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The flag: {@code --database-url}. */
  public String flag() {
    return "--" + key();
  }

  /** The variable: {@code EKIDEN_DATABASE_URL}. */
  public String variable() {
    return PREFIX + name();
  }

  public Optional<String> fallback() {
    return Optional.ofNullable(fallback);
  }

  /** What stands for the value in help. */
  public String label() {
    return label;
  }

  public String description() {
    return description;
  }

  /** The settings that a role has flags for. */
  public static List<Setting> of(Role role) {
    return Arrays.stream(values()).filter(setting -> setting.roles.contains(role)).toList();
  }
}
