package dev.ekiden.launch.process;

import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A task in the terms of processes. */
final class ProcessRequest {

  /** What a program gets of our own variables: nothing that could hold a secret of ours. */
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "JAVA_HOME");

  private final Task task;
  private final TaskDirectory directory;
  private final LogLimits logLimits;
  private final List<String> arguments;

  /**
   * Checks that processes can be what the task asks for.
   *
   * @throws LaunchException if they cannot
   */
  ProcessRequest(Task task, TaskDirectory directory, LogLimits logLimits) {
    this.task = task;
    this.directory = directory;
    this.logLimits = logLimits;
    this.arguments =
        switch (task.program()) {
          case Program.Command(List<String> command) -> command;
          case Program.Image(String image, List<String> _, boolean _) ->
              throw new LaunchException(
                  "Task " + task.id() + " has an image, " + image + ", but processes run commands");
        };
    if (!(task.network() instanceof Network.Host)) {
      throw new LaunchException(
          "Task "
              + task.id()
              + " wants a network of its own, but processes share that of the host");
    }
  }

  Order order() {
    return new Order(
        arguments,
        environment(Secret::value),
        task.secrets().stream()
            .filter(secret -> secret.delivery() == Secret.Delivery.FILE)
            .collect(Collectors.toMap(Secret::name, Secret::value)),
        workingDirectory(),
        task.resources(),
        logLimits);
  }

  /** What will be done, for a reader. */
  String plan() {
    Resources most = task.resources();
    StringBuilder plan = new StringBuilder();
    line(
        plan,
        "program",
        arguments.stream().map(ProcessRequest::quoted).collect(Collectors.joining(" ")));
    line(plan, "directory", workingDirectory());
    environment(secret -> Secret.MASK)
        .forEach((name, value) -> line(plan, "variable", name + "=" + value));
    line(plan, "vcpu", most.vcpuThousandths() / 1000.0 + ", by control group or niceness");
    line(plan, "memory", most.memoryMib() + " MiB, by control group or watched");
    line(plan, "processes", most.processes() + ", by control group or the user's total");
    line(
        plan,
        "log",
        "first " + logLimits.headBytes() + " and last " + logLimits.tailBytes() + " bytes");
    return plan.toString();
  }

  private interface Shown {
    String of(Secret secret);
  }

  private Map<String, String> environment(Shown shown) {
    Map<String, String> environment = new TreeMap<>();
    System.getenv()
        .forEach((name, value) -> {
          if (INHERITED.contains(name)) {
            environment.put(name, value);
          }
        });
    environment.putAll(task.environment());
    environment.put(Launcher.TASK_VARIABLE, task.id().value());
    environment.put(Launcher.RESULT_VARIABLE, directory.result().toString());
    for (Secret secret : task.secrets()) {
      environment.put(
          secret.variable(),
          switch (secret.delivery()) {
            case ENVIRONMENT -> shown.of(secret);
            case FILE -> directory.secrets().resolve(secret.name()).toString();
          });
    }
    return environment;
  }

  private String workingDirectory() {
    return task.workingDirectory().orElse(directory.work().toString());
  }

  private static void line(StringBuilder plan, String name, String value) {
    plan.append("%-10s %s%n".formatted(name, value));
  }

  private static String quoted(String argument) {
    boolean isPlain = argument.matches("[A-Za-z0-9_./:=@%+,-]+");
    return isPlain ? argument : "'" + argument.replace("'", "'\\''") + "'";
  }
}
