package dev.ekiden.launch.ecs;

import dev.ekiden.launch.Task;
import java.net.URI;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where tasks run, and how. Credentials come from where the AWS SDK looks for them: variables,
 * profile, the role of the task or machine that Ekiden runs in.
 *
 * @param installation tells our tasks from others of the cluster: 1 to 30 lower-case letters,
 *     digits and hyphens
 * @param region such as {@code ap-northeast-1}
 * @param cluster by name or ARN
 * @param network of tasks that name none
 * @param networks of tasks that name one
 * @param providers the capacity provider of each capacity class; a task of another class is refused
 * @param executionRole the ARN of the role that fetches images and secrets and writes logs
 * @param taskRole the ARN of the role that programs have; empty: none
 * @param logGroup of CloudWatch Logs
 * @param architecture of the images
 * @param userId of programs, not 0
 * @param temporaryMib the size of {@code /tmp}, which counts as memory of the task
 * @param endpoint another address for the API of ECS and logs, such as that of a test
 */
public record EcsOptions(
    String installation,
    String region,
    String cluster,
    VpcNetwork network,
    SortedMap<String, VpcNetwork> networks,
    SortedMap<String, String> providers,
    String executionRole,
    Optional<String> taskRole,
    String logGroup,
    Architecture architecture,
    int userId,
    int temporaryMib,
    Optional<URI> endpoint) {

  public static final int DEFAULT_ID = 10_001;
  public static final int DEFAULT_TEMPORARY_MIB = 64;

  /** Half of what the smallest task has. */
  public static final int MAX_TEMPORARY_MIB = 256;

  private static final Pattern INSTALLATION = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");

  /** The processors that images are made for, by the names of ECS. */
  public enum Architecture {
    X86_64,
    ARM64
  }

  public EcsOptions {
    networks = Collections.unmodifiableSortedMap(new TreeMap<>(networks));
    providers = Collections.unmodifiableSortedMap(new TreeMap<>(providers));
    if (!INSTALLATION.matcher(installation).matches()) {
      throw new IllegalArgumentException(
          "An installation is named by 1 to 30 lower-case letters, digits and hyphens, not \""
              + installation
              + "\"");
    }
    if (userId <= 0) {
      throw new IllegalArgumentException("Programs in containers do not run as root");
    }
    if (temporaryMib < 1 || temporaryMib > MAX_TEMPORARY_MIB) {
      throw new IllegalArgumentException(
          "temporaryMib must be 1 to " + MAX_TEMPORARY_MIB + " but is " + temporaryMib);
    }
  }

  /**
   * Fargate for the class on-demand and Fargate Spot for the class spot, images for x86, the log
   * group {@code /ekiden/INSTALLATION}, user 10001, 64 MiB of {@code /tmp}.
   */
  public static EcsOptions of(
      String installation,
      String region,
      String cluster,
      VpcNetwork network,
      String executionRole) {
    return new EcsOptions(
        installation,
        region,
        cluster,
        network,
        new TreeMap<>(),
        new TreeMap<>(Map.of(Task.ON_DEMAND, "FARGATE", Task.SPOT, "FARGATE_SPOT")),
        executionRole,
        Optional.empty(),
        "/ekiden/" + installation,
        Architecture.X86_64,
        DEFAULT_ID,
        DEFAULT_TEMPORARY_MIB,
        Optional.empty());
  }

  /** One more network that tasks may name. */
  public EcsOptions withNetwork(String name, VpcNetwork other) {
    SortedMap<String, VpcNetwork> more = new TreeMap<>(networks);
    more.put(name, other);
    return new EcsOptions(
        installation,
        region,
        cluster,
        network,
        more,
        providers,
        executionRole,
        taskRole,
        logGroup,
        architecture,
        userId,
        temporaryMib,
        endpoint);
  }

  /** The role of the programs themselves. */
  public EcsOptions withTaskRole(String role) {
    return new EcsOptions(
        installation,
        region,
        cluster,
        network,
        networks,
        providers,
        executionRole,
        Optional.of(role),
        logGroup,
        architecture,
        userId,
        temporaryMib,
        endpoint);
  }

  /** Another address for the API of ECS and logs. */
  public EcsOptions withEndpoint(URI address) {
    return new EcsOptions(
        installation,
        region,
        cluster,
        network,
        networks,
        providers,
        executionRole,
        taskRole,
        logGroup,
        architecture,
        userId,
        temporaryMib,
        Optional.of(address));
  }
}
