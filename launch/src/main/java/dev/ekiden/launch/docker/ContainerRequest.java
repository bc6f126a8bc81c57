package dev.ekiden.launch.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.api.model.Volume;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A task in the terms of containers: no capability, no way to more privileges, nothing to write but
 * {@code /tmp} and the place of the result, and an init process, so that signals do what programs
 * expect.
 *
 * @param task to run
 * @param options of the launcher
 */
record ContainerRequest(Task task, DockerOptions options) {

  /** A volume of the container's own, which goes with it. */
  static final String DIRECTORY = "/ekiden";

  static final String RESULT = DIRECTORY + "/out/result";
  static final String SECRETS = DIRECTORY + "/secrets/";

  private static final long NANOS_PER_THOUSANDTH = 1_000_000;
  private static final long MEBIBYTE = 1024L * 1024L;

  /** The engine keeps this many files, and drops one at a time. */
  private static final int LOG_FILES = 4;

  ContainerRequest {
    if (!(task.program() instanceof Program.Image)) {
      throw new LaunchException(
          "Task " + task.id() + " has no image, but containers are made of one");
    }
  }

  /** The name of the container of a task: there is one, and so the task is launched once. */
  static String containerName(DockerOptions options, String id) {
    return "ekiden-" + options.installation() + "-" + id;
  }

  String image() {
    return program().image();
  }

  private Program.Image program() {
    return (Program.Image) task.program();
  }

  /** The request that makes the container. */
  CreateContainerCmd on(DockerClient client) {
    return on(client, Secret::value);
  }

  /** The same for a reader. */
  CreateContainerCmd maskedOn(DockerClient client) {
    return on(client, secret -> Secret.MASK);
  }

  private CreateContainerCmd on(DockerClient client, Function<Secret, String> shown) {
    CreateContainerCmd command =
        client
            .createContainerCmd(image())
            .withName(containerName(options, task.id().value()))
            .withUser(options.userId() + ":" + options.groupId())
            .withLabels(ContainerLabels.of(task, options.installation()))
            .withEnv(environment(shown))
            .withVolumes(new Volume(DIRECTORY))
            .withStopTimeout((int) task.stopGrace().toSeconds())
            .withHostConfig(hostConfig());
    Program.Image program = program();
    if (!program.arguments().isEmpty()) {
      if (program.ownEntryPoint()) {
        command.withCmd(program.arguments());
      } else {
        command.withEntrypoint(program.arguments());
      }
    }
    task.workingDirectory().ifPresent(command::withWorkingDir);
    return command;
  }

  private HostConfig hostConfig() {
    Resources most = task.resources();
    return HostConfig.newHostConfig()
        .withNanoCPUs(most.vcpuThousandths() * NANOS_PER_THOUSANDTH)
        .withMemory(most.memoryBytes())
        .withMemorySwap(most.memoryBytes())
        .withPidsLimit((long) most.processes())
        .withReadonlyRootfs(true)
        .withTmpFs(Map.of("/tmp", "rw,mode=1777,size=" + temporaryBytes()))
        .withUlimits(List.of(new Ulimit("fsize", fileBytes(), fileBytes())))
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"))
        .withNetworkMode(network())
        .withInit(true)
        .withLogConfig(
            new LogConfig(
                LogConfig.LoggingType.LOCAL,
                Map.of(
                    "max-size", Integer.toString(options.logBytes() / LOG_FILES),
                    "max-file", Integer.toString(LOG_FILES),
                    "compress", "false")));
  }

  private long temporaryBytes() {
    return options.temporaryMib() * MEBIBYTE;
  }

  /**
   * The most that a file can have, because the volume of the result knows no limit: a little more
   * than /tmp holds, so that a full /tmp is told as such and not by a signal.
   */
  private long fileBytes() {
    return temporaryBytes() + MEBIBYTE;
  }

  private String network() {
    return switch (task.network()) {
      case Network.None() -> "none";
      case Network.Host() -> "host";
      case Network.Named(String name) -> name;
    };
  }

  private List<String> environment(Function<Secret, String> shown) {
    Map<String, String> environment = new TreeMap<>(task.environment());
    environment.put(Launcher.TASK_VARIABLE, task.id().value());
    environment.put(Launcher.RESULT_VARIABLE, RESULT);
    for (Secret secret : task.secrets()) {
      environment.put(
          secret.variable(),
          switch (secret.delivery()) {
            case ENVIRONMENT -> shown.apply(secret);
            case FILE -> SECRETS + secret.name();
          });
    }
    List<String> lines = new ArrayList<>();
    environment.forEach((name, value) -> lines.add(name + "=" + value));
    return lines;
  }
}
