package dev.ekiden.launch.docker;

import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a container carries of its task. */
final class ContainerLabels {

  private static final String PREFIX = "dev.ekiden.";
  private static final String INSTALLATION = PREFIX + "installation";
  private static final String TASK = PREFIX + "task";
  private static final String CAPACITY_CLASS = PREFIX + "class";
  private static final String ASKED = PREFIX + "asked";
  private static final String LABEL = PREFIX + "label.";

  private ContainerLabels() {}

  static Map<String, String> of(Task task, String installation) {
    Map<String, String> labels = new TreeMap<>(filter(installation));
    labels.put(TASK, task.id().value());
    labels.put(CAPACITY_CLASS, task.capacityClass());
    labels.put(ASKED, Instant.now().toString());
    task.labels().forEach((name, value) -> labels.put(LABEL + name, value));
    return labels;
  }

  /** What all containers of an installation have. */
  static Map<String, String> filter(String installation) {
    return Map.of(INSTALLATION, installation);
  }

  static TaskId id(Map<String, String> labels) {
    return new TaskId(labels.getOrDefault(TASK, ""));
  }

  static String capacityClass(Map<String, String> labels) {
    return labels.getOrDefault(CAPACITY_CLASS, Task.ON_DEMAND);
  }

  static Instant asked(Map<String, String> labels) {
    return Instant.parse(labels.getOrDefault(ASKED, Instant.EPOCH.toString()));
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
}
