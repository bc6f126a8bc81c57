package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.Task;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where in a cluster tasks run, and how. Which cluster it is comes from the service account of the
 * pod that Ekiden runs in, else from the kubeconfig of its user.
 *
 * @param installation tells our jobs from those of others in the namespace: 1 to 30 lower-case
 *     letters, digits and hyphens
 * @param namespace of the tasks
 * @param context of the kubeconfig; empty: the present one, or that of the pod we run in
 * @param classes on which nodes each capacity class runs; a task of another class is refused
 * @param userId of programs, not 0
 * @param groupId of programs, not 0
 * @param temporaryMib the size of {@code /tmp}
 * @param imagePullSecrets names of secrets for registries
 * @param keepEnded when the cluster clears an ended job away that nobody removed
 */
public record KubernetesOptions(
    String installation,
    String namespace,
    Optional<String> context,
    SortedMap<String, NodePool> classes,
    long userId,
    long groupId,
    int temporaryMib,
    List<String> imagePullSecrets,
    Duration keepEnded) {

  public static final long DEFAULT_ID = 10_001;
  public static final int DEFAULT_TEMPORARY_MIB = 64;

  /** Long enough to find an end after a long weekend. */
  public static final Duration DEFAULT_KEEP_ENDED = Duration.ofDays(7);

  /** Less would take ends away before anybody saw them. */
  public static final Duration MIN_KEEP_ENDED = Duration.ofMinutes(10);

  private static final int MAX_NAMESPACE_LENGTH = 63;
  private static final Pattern INSTALLATION = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  public KubernetesOptions {
    classes = Collections.unmodifiableSortedMap(new TreeMap<>(classes));
    imagePullSecrets = List.copyOf(imagePullSecrets);
    if (!INSTALLATION.matcher(installation).matches()) {
      throw new IllegalArgumentException(
          "An installation is named by 1 to 30 lower-case letters, digits and hyphens, not \""
              + installation
              + "\"");
    }
    if (namespace.length() > MAX_NAMESPACE_LENGTH || !NAMESPACE.matcher(namespace).matches()) {
      throw new IllegalArgumentException(
          "A namespace is named by 1 to "
              + MAX_NAMESPACE_LENGTH
              + " lower-case letters, digits and hyphens, not \""
              + namespace
              + "\"");
    }
    if (userId <= 0 || groupId <= 0) {
      throw new IllegalArgumentException("Programs in containers do not run as root");
    }
    if (temporaryMib < 1) {
      throw new IllegalArgumentException("temporaryMib must be at least 1 but is " + temporaryMib);
    }
    if (keepEnded.compareTo(MIN_KEEP_ENDED) < 0) {
      throw new IllegalArgumentException(
          "keepEnded must be at least " + MIN_KEEP_ENDED + " but is " + keepEnded);
    }
  }

  /** The class on-demand on any node, user 10001, 64 MiB of {@code /tmp}, ends kept for 7 days. */
  public static KubernetesOptions of(String installation, String namespace) {
    return new KubernetesOptions(
        installation,
        namespace,
        Optional.empty(),
        new TreeMap<>(Map.of(Task.ON_DEMAND, NodePool.ANY)),
        DEFAULT_ID,
        DEFAULT_ID,
        DEFAULT_TEMPORARY_MIB,
        List.of(),
        DEFAULT_KEEP_ENDED);
  }

  /** A context of the kubeconfig. */
  public KubernetesOptions withContext(String name) {
    return new KubernetesOptions(
        installation,
        namespace,
        Optional.of(name),
        classes,
        userId,
        groupId,
        temporaryMib,
        imagePullSecrets,
        keepEnded);
  }

  /** The nodes of one more capacity class, or others for a class. */
  public KubernetesOptions withClass(String name, NodePool nodes) {
    SortedMap<String, NodePool> more = new TreeMap<>(classes);
    more.put(name, nodes);
    return new KubernetesOptions(
        installation,
        namespace,
        context,
        more,
        userId,
        groupId,
        temporaryMib,
        imagePullSecrets,
        keepEnded);
  }

  public KubernetesOptions withUser(long otherUser, long otherGroup) {
    return new KubernetesOptions(
        installation,
        namespace,
        context,
        classes,
        otherUser,
        otherGroup,
        temporaryMib,
        imagePullSecrets,
        keepEnded);
  }

  public KubernetesOptions withTemporaryMib(int other) {
    return new KubernetesOptions(
        installation,
        namespace,
        context,
        classes,
        userId,
        groupId,
        other,
        imagePullSecrets,
        keepEnded);
  }

  public KubernetesOptions withImagePullSecrets(List<String> names) {
    return new KubernetesOptions(
        installation, namespace, context, classes, userId, groupId, temporaryMib, names, keepEnded);
  }

  public KubernetesOptions withKeepEnded(Duration other) {
    return new KubernetesOptions(
        installation,
        namespace,
        context,
        classes,
        userId,
        groupId,
        temporaryMib,
        imagePullSecrets,
        other);
  }
}
