package dev.ekiden.fleet.command;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.RetryPolicy;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Resources;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A job definition that runs an existing program. Written as YAML, see {@link CommandFile}.
 *
 * @param name of the job definition
 * @param queue of its jobs
 * @param priority of jobs that ask for none, 0 to 9
 * @param description for people; may be empty
 * @param program what runs
 * @param parameters what may differ from job to job
 * @param environment variables of the program; <code>${parameter}</code> is replaced
 * @param secrets what only the program sees
 * @param workingDirectory where it starts; empty: a directory of the task's own, or the image's
 * @param launcher which launcher starts it
 * @param resources what it may use at most; the vCPUs also count against limits
 * @param network what it sees of the network
 * @param timeout longest run of the program; empty: none
 * @param grace how long it may take to end when it is asked to
 * @param successCodes exit codes that mean success
 * @param rules what to do about other ends, before the policy
 * @param retry how often a job that failed is tried again
 * @param lostAfter how long a silent machine's task is waited for before it counts as gone; empty:
 *     until a person decides
 * @param resultFormat what the result file holds
 * @param resultLimit its most bytes, 1 to {@link #MAX_RESULT_BYTES}
 */
public record CommandDefinition(
    String name,
    String queue,
    int priority,
    String description,
    CommandProgram program,
    List<CommandParameter> parameters,
    SortedMap<String, String> environment,
    List<SecretReference> secrets,
    Optional<String> workingDirectory,
    String launcher,
    Resources resources,
    Network network,
    Optional<Duration> timeout,
    Duration grace,
    List<CodeRange> successCodes,
    List<EndRule> rules,
    RetryPolicy retry,
    Optional<Duration> lostAfter,
    ResultFormat resultFormat,
    int resultLimit) {

  /** Variables with this prefix are set by Ekiden. */
  public static final String RESERVED_PREFIX = "EKIDEN_";

  /** The launcher of processes of the server's machine. */
  public static final String PROCESS = "process";

  /** The launcher of containers of a Docker Engine. */
  public static final String DOCKER = "docker";

  /** The launcher of jobs of a Kubernetes cluster. */
  public static final String KUBERNETES = "kubernetes";

  /** The launcher of tasks of Amazon ECS. */
  public static final String ECS = "ecs";

  /** Most bytes a result file may have: as base64 it still fits into a job's result. */
  public static final int MAX_RESULT_BYTES = Engine.MAX_RESULT_BYTES / 4 * 3 - 100;

  /** Most bytes of a result file unless said otherwise. */
  public static final int DEFAULT_RESULT_BYTES = 64 * 1024;

  /** Most parameters of a definition. */
  public static final int MAX_PARAMETERS = 100;

  /** The policy of a definition that names none: a program is run once. */
  public static final RetryPolicy DEFAULT_RETRY = RetryPolicy.attempts(1);

  public CommandDefinition {
    parameters = List.copyOf(parameters);
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    secrets = List.copyOf(secrets);
    successCodes = List.copyOf(successCodes);
    rules = List.copyOf(rules);
    if (resultLimit < 1 || resultLimit > MAX_RESULT_BYTES) {
      throw new IllegalArgumentException(
          "the limit of the result must be 1 to %,d bytes, not %,d"
              .formatted(MAX_RESULT_BYTES, resultLimit));
    }
    if (parameters.size() > MAX_PARAMETERS) {
      throw new IllegalArgumentException("at most " + MAX_PARAMETERS + " parameters are allowed");
    }
    Set<String> names = new HashSet<>();
    for (CommandParameter parameter : parameters) {
      if (!names.add(parameter.name())) {
        throw new IllegalArgumentException("two parameters are called " + parameter.name());
      }
    }
    Set<String> variables = new HashSet<>();
    environment.keySet().forEach(variable -> checkVariable(variables, variable));
    secrets.forEach(secret -> checkVariable(variables, secret.masked().variable()));
    Templates.check(program, environment, names);
  }

  /** Whether a program that ended with this code succeeded. */
  boolean isSuccess(int code) {
    return successCodes.stream().anyMatch(range -> range.has(code));
  }

  private static void checkVariable(Set<String> known, String variable) {
    if (variable.startsWith(RESERVED_PREFIX)) {
      throw new IllegalArgumentException(
          "variables that begin with EKIDEN_ are set by Ekiden, so not " + variable);
    }
    if (!known.add(variable)) {
      throw new IllegalArgumentException("two values for the variable " + variable);
    }
  }
}
