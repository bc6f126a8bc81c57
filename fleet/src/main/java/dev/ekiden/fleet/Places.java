package dev.ekiden.fleet;

import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.ecs.EcsOptions;
import dev.ekiden.launch.kubernetes.KubernetesLauncher;
import dev.ekiden.launch.kubernetes.KubernetesOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of the places where tasks are: the same for all servers whose launchers see the same tasks,
 * and for no others. What a launcher says is believed for tasks of its own place alone.
 */
public final class Places {
  private static final Pattern CLUSTER =
      Pattern.compile("arn:[^:]+:ecs:([^:]+):([0-9]+):cluster/(.+)");
  private static final Pattern ROLE = Pattern.compile("arn:[^:]+:iam::([0-9]+):role/.+");

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

  /** Jobs of a namespace of a Kubernetes cluster. */
  public static String ofKubernetes(KubernetesOptions options) {
    String cluster;
    try {
      cluster = KubernetesLauncher.cluster(options);
    } catch (LaunchException e) {
      // Nothing can be launched there now; a server that is started later knows it.
      cluster = "unknown";
    }
    return "kubernetes-" + cluster + "/" + options.namespace();
  }

  /**
   * Tasks of a cluster of Amazon ECS: clusters have the same name in other accounts and regions.
   * The account is that of the execution role, which must be the cluster's.
   */
  public static String ofEcs(EcsOptions options) {
    Matcher arn = CLUSTER.matcher(options.cluster());
    if (arn.matches()) {
      return "ecs-%s/%s/%s".formatted(arn.group(2), arn.group(1), arn.group(3));
    }
    Matcher role = ROLE.matcher(options.executionRole());
    String account = role.matches() ? role.group(1) + "/" : "";
    return "ecs-%s%s/%s".formatted(account, options.region(), options.cluster());
  }
}
