package dev.ekiden.fleet.command;

import dev.ekiden.fleet.Places;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.docker.DockerLauncher;
import dev.ekiden.launch.docker.DockerOptions;
import dev.ekiden.launch.ecs.EcsLauncher;
import dev.ekiden.launch.ecs.EcsOptions;
import dev.ekiden.launch.kubernetes.KubernetesLauncher;
import dev.ekiden.launch.kubernetes.KubernetesOptions;
import dev.ekiden.launch.process.ProcessLauncher;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The launchers that a server has for programs, each opened when it is first needed. Thread-safe
 * once all are added.
 */
public final class CommandLaunchers implements AutoCloseable {

  /**
   * A launcher and where its tasks are.
   *
   * @param place the same for all servers whose launchers see the same tasks, and for no others
   * @param host where that is, for people
   */
  public record Located(String place, String host, Launcher launcher) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * Not a {@link dev.ekiden.launch.PatientLauncher}: whoever runs a job waits for as long as
   * opening takes, because that it failed is the failure of the job, told before its task is
   * written down.
   */
  private static final class Entry {
    private final Supplier<Located> opens;

    /**
     * Written under the lock; read without it, so that one that is slow to open holds up no other.
     */
    private volatile @Nullable Located opened;

    Entry(Supplier<Located> opens) {
      this.opens = opens;
    }

    synchronized Located open() {
      Located there = opened;
      if (there == null) {
        there = opens.get();
        opened = there;
      }
      return there;
    }

    Optional<Located> ifOpen() {
      return Optional.ofNullable(opened);
    }
  }

  /** No launchers yet. */
  public CommandLaunchers() {}

  /** Adds one; opening it may throw a {@link LaunchException}, and is then tried again later. */
  public CommandLaunchers with(String name, Supplier<Located> opens) {
    entries.put(name, new Entry(opens));
    return this;
  }

  /**
   * Processes of this machine.
   *
   * @param directory of their files; whoever opens a launcher there is the same place
   */
  public CommandLaunchers withProcesses(Path directory) {
    return with(
        CommandDefinition.PROCESS,
        () -> {
          Launcher launcher = ProcessLauncher.in(directory);
          return new Located(Places.ofProcesses(directory), Places.host(), launcher);
        });
  }

  /** Containers of a Docker Engine. */
  public CommandLaunchers withDocker(DockerOptions options) {
    return with(
        CommandDefinition.DOCKER,
        () -> {
          Launcher launcher = DockerLauncher.connect(options);
          URI engine = options.engine();
          return new Located(Places.ofDocker(engine), Places.engine(engine), launcher);
        });
  }

  /** Jobs of a namespace of a Kubernetes cluster, which is the same one for all servers. */
  public CommandLaunchers withKubernetes(KubernetesOptions options) {
    return with(
        CommandDefinition.KUBERNETES,
        () -> {
          String namespace = options.namespace();
          return new Located(
              Places.ofKubernetes(options),
              "Kubernetes " + namespace,
              KubernetesLauncher.connect(options));
        });
  }

  /** Tasks of a cluster of Amazon ECS. */
  public CommandLaunchers withEcs(EcsOptions options) {
    return with(
        CommandDefinition.ECS,
        () -> {
          String place = Places.ofEcs(options);
          return new Located(place, "ECS " + options.cluster(), EcsLauncher.connect(options));
        });
  }

  /** The names of all. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /**
   * A launcher by its name.
   *
   * @throws LaunchException if there is none, or it cannot be opened
   */
  Located open(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new LaunchException(
          "this server has no launcher '%s'; it has %s"
              .formatted(name, String.join(", ", names())));
    }
    return entry.open();
  }

  /** Those that are open. */
  List<Located> opened() {
    return entries.values().stream().flatMap(entry -> entry.ifOpen().stream()).toList();
  }

  /** Closes them; tasks go on. */
  @Override
  public void close() {
    opened().forEach(located -> located.launcher().close());
  }
}
