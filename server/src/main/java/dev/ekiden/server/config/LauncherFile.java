package dev.ekiden.server.config;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.yaml.YamlDocument;
import dev.ekiden.fleet.yaml.YamlMap;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.docker.DockerOptions;
import dev.ekiden.launch.ecs.EcsOptions;
import dev.ekiden.launch.ecs.EcsOptions.Architecture;
import dev.ekiden.launch.ecs.VpcNetwork;
import dev.ekiden.launch.kubernetes.KubernetesOptions;
import dev.ekiden.launch.kubernetes.NodePool;
import dev.ekiden.launch.kubernetes.Taint;
import dev.ekiden.server.config.LauncherSettings.Docker;
import dev.ekiden.server.config.LauncherSettings.Ecs;
import dev.ekiden.server.config.LauncherSettings.Kubernetes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Launchers as people write them down. Every section may be missing; one that is there may be used
 * by fleets and command jobs.
 *
 * <pre>{@code
 * docker: {}
 * kubernetes:
 *   namespace: ekiden-tasks
 *   classes:
 *     on-demand: {}
 *     spot: {selector: {karpenter.sh/capacity-type: spot}, tolerates: ["spot=true:NoSchedule"]}
 * ecs:
 *   region: eu-central-1
 *   cluster: ekiden
 *   subnets: [subnet-1, subnet-2]
 *   security-groups: [sg-1]
 *   execution-role: arn:aws:iam::111122223333:role/ekiden-execution
 *   database-password: arn:aws:secretsmanager:eu-central-1:111122223333:secret:ekiden
 * }</pre>
 */
public final class LauncherFile {
  /** Largest {@code /tmp}, in MiB; but {@link EcsOptions#MAX_TEMPORARY_MIB} on ECS. */
  public static final int MAX_TEMPORARY_MIB = 65_536;

  /** Highest number of a user or group. */
  public static final int MAX_ID = 65_535;

  /** Longest time that ended tasks are kept. */
  public static final Duration MAX_KEEP_ENDED = Duration.ofDays(365);

  /** As long as the real ones can be. */
  private static final String ANY_INSTALLATION = "a".repeat(30);

  private static final Pattern SECRET =
      Pattern.compile("arn:aws[a-z-]*:(secretsmanager|ssm):[^:]*:[0-9]*:\\S+");
  private static final Pattern ROLE = Pattern.compile("arn:aws[a-z-]*:iam::[0-9]*:role/\\S+");

  private LauncherFile() {}

  /**
   * Reads a file.
   *
   * @param file named in messages
   * @throws dev.ekiden.fleet.yaml.YamlException with the line, what is wrong and what is allowed
   */
  public static LauncherSettings parse(String file, String text) {
    YamlMap document = YamlDocument.parse(file, text).map();
    LauncherSettings settings =
        new LauncherSettings(
            document.mapIfPresent("docker").map(LauncherFile::docker),
            document.mapIfPresent("kubernetes").map(LauncherFile::kubernetes),
            document.mapIfPresent("ecs").map(LauncherFile::ecs));
    document.end();
    return settings;
  }

  /**
   * The address of a Docker Engine.
   *
   * @throws IllegalArgumentException if it is none
   */
  static URI engine(String text) {
    URI uri = URI.create(text);
    boolean unix = "unix".equals(uri.getScheme()) && uri.getPath() != null;
    if (!unix && (!"tcp".equals(uri.getScheme()) || uri.getPort() < 0)) {
      throw new IllegalArgumentException();
    }
    return uri;
  }

  /** What {@link #engine} takes. */
  static final String ENGINE = "unix:///PATH or tcp://HOST:PORT";

  private static Docker docker(YamlMap map) {
    Docker docker =
        new Docker(
            map.has("engine")
                ? Optional.of(map.read("engine", LauncherFile::engine, ENGINE))
                : Optional.empty(),
            network(map),
            id(map, "user", DockerOptions.DEFAULT_ID),
            id(map, "group", DockerOptions.DEFAULT_ID),
            temporary(map, DockerOptions.DEFAULT_TEMPORARY_MIB, MAX_TEMPORARY_MIB));
    map.end();
    map.checked(() -> docker.options(ANY_INSTALLATION, URI.create("unix:///")));
    return docker;
  }

  private static Kubernetes kubernetes(YamlMap map) {
    Kubernetes kubernetes =
        new Kubernetes(
            map.text("namespace"),
            optional(map, "context"),
            network(map),
            map.mapIfPresent("classes")
                .map(LauncherFile::pools)
                .orElseGet(() -> new TreeMap<>(Map.of(Task.ON_DEMAND, NodePool.ANY))),
            map.has("pull-secrets") ? map.texts("pull-secrets") : List.of(),
            id(map, "user", (int) KubernetesOptions.DEFAULT_ID),
            id(map, "group", (int) KubernetesOptions.DEFAULT_ID),
            temporary(map, KubernetesOptions.DEFAULT_TEMPORARY_MIB, MAX_TEMPORARY_MIB),
            map.time("keep-ended", KubernetesOptions.DEFAULT_KEEP_ENDED));
    if (kubernetes.keepEnded().compareTo(KubernetesOptions.MIN_KEEP_ENDED) < 0
        || kubernetes.keepEnded().compareTo(MAX_KEEP_ENDED) > 0) {
      throw map.mistake("keep-ended", "must be from 10m to 365d");
    }
    map.end();
    map.checked(() -> kubernetes.options(ANY_INSTALLATION));
    return kubernetes;
  }

  private static SortedMap<String, NodePool> pools(YamlMap map) {
    SortedMap<String, NodePool> pools = new TreeMap<>();
    for (String name : classes(map)) {
      YamlMap fields = map.map(name);
      SortedMap<String, String> selector = new TreeMap<>();
      fields
          .mapIfPresent("selector")
          .ifPresent(labels -> labels.names().forEach(key -> selector.put(key, labels.raw(key))));
      List<Taint> tolerated =
          fields.checked(() -> fields.list("tolerates").stream().map(Taint::of).toList());
      fields.end();
      pools.put(name, new NodePool(selector, tolerated));
    }
    return pools;
  }

  /** The classes that a map has as its fields. */
  private static List<String> classes(YamlMap map) {
    if (map.names().isEmpty()) {
      throw map.mistake("must have at least one class, such as " + Task.ON_DEMAND);
    }
    map.names().forEach(name -> map.checked(() -> new CapacityClass(name)));
    return map.names();
  }

  private static Ecs ecs(YamlMap map) {
    String region = map.text("region");
    String cluster = map.text("cluster");
    VpcNetwork vpc = vpc(map);
    SortedMap<String, VpcNetwork> networks = new TreeMap<>();
    map.mapIfPresent("networks")
        .ifPresent(named -> {
          for (String name : named.names()) {
            YamlMap fields = named.map(name);
            networks.put(name, vpc(fields));
            fields.end();
          }
        });
    Network network = network(map);
    if (network instanceof Network.Named(String name) && !networks.containsKey(name)) {
      throw map.mistake("network", "must be host or one of networks, not '%s'".formatted(name));
    }
    SortedMap<String, String> providers = new TreeMap<>();
    map.mapIfPresent("providers")
        .ifPresentOrElse(
            named -> classes(named).forEach(name -> providers.put(name, named.text(name))),
            () -> {
              providers.put(Task.ON_DEMAND, "FARGATE");
              providers.put(Task.SPOT, "FARGATE_SPOT");
            });
    Ecs ecs =
        new Ecs(
            region,
            cluster,
            network,
            vpc,
            networks,
            providers,
            arn(map, "execution-role", ROLE, "the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME"),
            map.has("task-role")
                ? Optional.of(
                    arn(
                        map,
                        "task-role",
                        ROLE,
                        "the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME"))
                : Optional.empty(),
            optional(map, "log-group"),
            map.choice("architecture", Architecture.values(), Architecture.X86_64),
            id(map, "user", EcsOptions.DEFAULT_ID),
            temporary(map, EcsOptions.DEFAULT_TEMPORARY_MIB, EcsOptions.MAX_TEMPORARY_MIB),
            map.has("database-password")
                ? Optional.of(
                    arn(
                        map,
                        "database-password",
                        SECRET,
                        "the ARN of a secret in Secrets Manager or of a parameter in Systems Manager"))
                : Optional.empty(),
            map.has("endpoint")
                ? Optional.of(map.read("endpoint", LauncherFile::web, "http://… or https://…"))
                : Optional.empty());
    map.end();
    map.checked(() -> ecs.options(ANY_INSTALLATION));
    return ecs;
  }

  private static VpcNetwork vpc(YamlMap map) {
    List<String> subnets = map.texts("subnets");
    List<String> groups = map.has("security-groups") ? map.texts("security-groups") : List.of();
    boolean publicIp = map.flag("public-ip", false);
    return map.checked(() -> new VpcNetwork(subnets, groups, publicIp));
  }

  /** A worker speaks with the database, so it has a network. */
  private static Network network(YamlMap map) {
    String name = map.text("network", "host");
    if (name.equals("none")) {
      throw map.mistake("network", "must not be none: workers speak with the database");
    }
    return name.equals("host") ? Network.host() : Network.named(name);
  }

  private static int id(YamlMap map, String key, int usual) {
    return (int) map.integer(key, 1, MAX_ID, usual);
  }

  private static int temporary(YamlMap map, int usual, int most) {
    return (int) map.integer("temporary-mib", 1, most, usual);
  }

  private static Optional<String> optional(YamlMap map, String key) {
    return map.has(key) ? Optional.of(map.text(key)) : Optional.empty();
  }

  private static String arn(YamlMap map, String key, Pattern pattern, String allowed) {
    return map.read(
        key,
        text -> {
          if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException();
          }
          return text;
        },
        allowed);
  }

  private static URI web(String text) {
    URI uri = URI.create(text);
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      throw new IllegalArgumentException();
    }
    return uri;
  }
}
