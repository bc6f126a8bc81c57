package dev.ekiden.fleet;

import dev.ekiden.launch.LaunchException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Names of the places where tasks are: the same for all servers whose launchers see the same tasks,
 * and for no others. What a launcher says is believed for tasks of its own place alone.
 */
public final class Places {
  private Places() {}

  /** The name of this machine, for people. */
  public static String host() {
    String process = ManagementFactory.getRuntimeMXBean().getName();
    return process.substring(process.indexOf('@') + 1);
  }

  /**
   * Processes of this machine: a name that the directory of their files keeps, because machines and
   * containers may share a host's name.
   *
   * @throws LaunchException when the directory cannot be written to
   */
  public static String ofProcesses(Path directory) {
    Path file = directory.resolve("place");
    try {
      if (!Files.exists(file)) {
        Path draft = Files.createTempFile(directory, "place", ".new");
        Files.writeString(draft, UUID.randomUUID().toString());
        try {
          Files.createLink(file, draft); // as a whole, and for one of several
        } catch (FileAlreadyExistsException e) {
          // Another server was faster.
        } finally {
          Files.delete(draft);
        }
      }
      return "process-" + Files.readString(file).strip();
    } catch (IOException e) {
      throw new LaunchException("Cannot name the place " + directory, e);
    }
  }

  /** Containers of a Docker Engine. */
  public static String ofDocker(URI engine) {
    return "docker-" + engine(engine);
  }

  /** A Docker Engine: a socket is that of its machine, an address the same from everywhere. */
  public static String engine(URI engine) {
    return "unix".equals(engine.getScheme()) ? host() + engine.getPath() : engine.toString();
  }

  /** Jobs of a namespace of a Kubernetes cluster, which is the same one for all servers. */
  public static String ofKubernetes(String namespace) {
    return "kubernetes-" + namespace;
  }

  /** Tasks of a cluster of Amazon ECS. */
  public static String ofEcs(String region, String cluster) {
    return "ecs-" + region + "/" + cluster;
  }
}
