package dev.ekiden.fleet.command;

import dev.ekiden.launch.Program;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the task that runs a definition with the parameters of a job. */
final class TaskPlan {
  private TaskPlan() {}

  /** Who a task is for. */
  record For(TaskId id, long jobId, int attempt, int revision, Map<String, String> labels) {
    For {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * The task.
   *
   * @param secrets their values, or what stands for them
   * @throws IllegalArgumentException if a filled-in argument cannot be one
   */
  static Task task(
      CommandDefinition definition, ParameterValues parameters, List<Secret> secrets, For purpose) {
    Map<String, String> values = parameters.values();
    Task.Builder task =
        Task.of(purpose.id(), program(definition.program(), values))
            .environment(TaskVariables.DEFINITION, definition.name())
            .environment(TaskVariables.JOB, Long.toString(purpose.jobId()))
            .environment(TaskVariables.ATTEMPT, Integer.toString(purpose.attempt()))
            .environment(TaskVariables.REVISION, Integer.toString(purpose.revision()))
            .resources(definition.resources())
            .network(definition.network())
            .stopGrace(definition.grace());
    if (definition.launcher().equals(CommandDefinition.ECS)) {
      task.environment(TaskVariables.PARAMETERS, parameters.json());
    } else {
      task.secret(Secret.inFile(TaskVariables.PARAMETERS, parameters.json()));
    }
    definition
        .environment()
        .forEach((name, template) -> task.environment(name, Templates.fill(template, values)));
    secrets.forEach(task::secret);
    purpose.labels().forEach(task::label);
    definition.workingDirectory().ifPresent(task::workingDirectory);
    return task.build();
  }

  private static Program program(CommandProgram program, Map<String, String> values) {
    return switch (program) {
      case CommandProgram.Executable(List<String> command) ->
          new Program.Command(Templates.fill(command, values));
      case CommandProgram.Image(String image, List<String> command) ->
          new Program.Image(image, Templates.fill(command, values));
      case CommandProgram.Jar jar -> {
        List<String> command = new ArrayList<>();
        command.add(
            jar.java()
                .orElseGet(
                    () -> Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Templates.fill(jar.options(), values));
        if (jar.mainClass().isPresent()) {
          command.addAll(List.of("-cp", jar.jar(), jar.mainClass().get()));
        } else {
          command.addAll(List.of("-jar", jar.jar()));
        }
        command.addAll(Templates.fill(jar.arguments(), values));
        yield new Program.Command(command);
      }
    };
  }
}
