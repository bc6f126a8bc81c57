package dev.ekiden.server.config;

import dev.ekiden.launch.Network;
import dev.ekiden.launch.docker.DockerOptions;
import dev.ekiden.launch.ecs.EcsOptions;
import dev.ekiden.launch.ecs.EcsOptions.Architecture;
import dev.ekiden.launch.ecs.VpcNetwork;
import dev.ekiden.launch.kubernetes.KubernetesOptions;
import dev.ekiden.launch.kubernetes.NodePool;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The launchers besides processes, as a {@link LauncherFile} says; each that is empty is not used.
 * In all, {@code network} is what workers of fleets see; command jobs name theirs.
 */
public record LauncherSettings(
    Optional<Docker> docker, Optional<Kubernetes> kubernetes, Optional<Ecs> ecs) {

  /** None but processes. */
  public static final LauncherSettings NONE =
      new LauncherSettings(Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * A Docker Engine; see {@link DockerOptions}.
   *
   * @param engine empty: that of the setting {@code docker-host}
   */
  public record Docker(
      Optional<URI> engine, Network network, int userId, int groupId, int temporaryMib) {

    /**
     * What the launcher is opened with.
     *
     * @param usual the engine unless another one is set
     */
    public DockerOptions options(String installation, URI usual) {
      return DockerOptions.of(installation)
          .withEngine(engine.orElse(usual))
          .withUser(userId, groupId)
          .withTemporaryMib(temporaryMib);
    }
  }

  /** A namespace of a cluster; see {@link KubernetesOptions}. */
  public record Kubernetes(
      String namespace,
      Optional<String> context,
      Network network,
      SortedMap<String, NodePool> classes,
      List<String> pullSecrets,
      long userId,
      long groupId,
      int temporaryMib,
      Duration keepEnded) {
    public Kubernetes {
      classes = Collections.unmodifiableSortedMap(new TreeMap<>(classes));
      pullSecrets = List.copyOf(pullSecrets);
    }

    /** What the launcher is opened with. */
    public KubernetesOptions options(String installation) {
      return new KubernetesOptions(
          installation,
          namespace,
          context,
          classes,
          userId,
          groupId,
          temporaryMib,
          pullSecrets,
          keepEnded);
    }
  }

  /**
   * A cluster of Amazon ECS; see {@link EcsOptions}.
   *
   * @param network one of {@code networks}, or {@link Network.Host} for {@code vpc}
   * @param vpc of tasks that name no network
   * @param logGroup empty: {@code /ekiden/INSTALLATION}
   * @param databasePassword ARN of the secret that holds it, which ECS gives to workers
   */
  public record Ecs(
      String region,
      String cluster,
      Network network,
      VpcNetwork vpc,
      SortedMap<String, VpcNetwork> networks,
      SortedMap<String, String> providers,
      String executionRole,
      Optional<String> taskRole,
      Optional<String> logGroup,
      Architecture architecture,
      int userId,
      int temporaryMib,
      Optional<String> databasePassword,
      Optional<URI> endpoint) {
    public Ecs {
      networks = Collections.unmodifiableSortedMap(new TreeMap<>(networks));
      providers = Collections.unmodifiableSortedMap(new TreeMap<>(providers));
    }

    /** What the launcher is opened with. */
    public EcsOptions options(String installation) {
      return new EcsOptions(
          installation,
          region,
          cluster,
          vpc,
          networks,
          providers,
          executionRole,
          taskRole,
          logGroup.orElse("/ekiden/" + installation),
          architecture,
          userId,
          temporaryMib,
          endpoint);
    }
  }
}
