package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.FittedName;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a job and its pod carry of their task: their name, labels and annotations. */
final class JobLabels {

  /** Annotation: by when a task that was asked to stop is to be gone. */
  static final String STOP_BY = "ekiden.dev/stop-by";

  /** Annotation: what a task waited for that was stopped before it started. */
  static final String STOPPED_WAITING = "ekiden.dev/stopped-waiting";

  /** Label: the network profile, for network policies to select. */
  static final String NETWORK = "ekiden.dev/network";

  static final String INSTALLATION = "ekiden.dev/installation";
  static final String TASK = "ekiden.dev/task";
  static final String CAPACITY_CLASS = "ekiden.dev/class";
  static final String NETWORK_NONE = "none";
  static final String NETWORK_DEFAULT = "default";

  private static final String LABEL = "label.ekiden.dev/";
  private static final int MAX_NAME_LENGTH = 63;

  private JobLabels() {}

  /** The name of a task's job: there is one, and so the task is launched once. */
  static String jobName(String installation, TaskId id) {
    return FittedName.of(installation + "-" + id, MAX_NAME_LENGTH);
  }

  static Map<String, String> of(Task task, String installation) {
    SortedMap<String, String> labels = new TreeMap<>(ofId(installation, task.id()));
    labels.put("app.kubernetes.io/managed-by", "ekiden");
    labels.put(CAPACITY_CLASS, task.capacityClass());
    labels.put(NETWORK, network(task.network()));
    task.labels().forEach((name, value) -> labels.put(LABEL + name, value));
    return labels;
  }

  /** What all jobs and pods of an installation have. */
  static Map<String, String> ofInstallation(String installation) {
    return Map.of(INSTALLATION, installation);
  }

  /** What the job and the pod of one task have, and no other. */
  static Map<String, String> ofId(String installation, TaskId id) {
    return Map.of(INSTALLATION, installation, TASK, id.value());
  }

  static Optional<TaskId> id(Map<String, String> labels) {
    return Optional.ofNullable(labels.get(TASK)).map(TaskId::new);
  }

  static String capacityClass(Map<String, String> labels) {
    return labels.getOrDefault(CAPACITY_CLASS, Task.ON_DEMAND);
  }

  static SortedMap<String, String> ofTask(Map<String, String> labels) {
    SortedMap<String, String> ours = new TreeMap<>();
    labels.forEach((name, value) -> {
      if (name.startsWith(LABEL)) {
        ours.put(name.substring(LABEL.length()), value);
      }
    });
    return ours;
  }

  private static String network(Network network) {
    return switch (network) {
      case Network.None() -> NETWORK_NONE;
      case Network.Host() -> NETWORK_DEFAULT;
      case Network.Named(String name) -> name;
    };
  }
}
