package dev.ekiden.launch.ecs;

import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.services.ecs.model.Tag;

/** What a task of ECS carries of ours. */
final class EcsTags {

  /** Set on an ended task that was removed: ECS forgets it by itself, after an hour. */
  static final String REMOVED = "ekiden:removed";

  private static final String TASK = "ekiden:task";
  private static final String CAPACITY_CLASS = "ekiden:class";
  private static final String LABEL = "ekiden:label:";

  private EcsTags() {}

  static SortedMap<String, String> of(Task task) {
    SortedMap<String, String> tags = new TreeMap<>();
    tags.put(TASK, task.id().value());
    tags.put(CAPACITY_CLASS, task.capacityClass());
    task.labels().forEach((name, value) -> tags.put(LABEL + name, value));
    return tags;
  }

  static SortedMap<String, String> of(List<Tag> tags) {
    SortedMap<String, String> values = new TreeMap<>();
    tags.forEach(tag -> values.put(tag.key(), tag.value()));
    return values;
  }

  static Optional<TaskId> id(SortedMap<String, String> tags) {
    return Optional.ofNullable(tags.get(TASK)).map(TaskId::new);
  }

  static String capacityClass(SortedMap<String, String> tags) {
    return tags.getOrDefault(CAPACITY_CLASS, Task.ON_DEMAND);
  }

  static SortedMap<String, String> labels(SortedMap<String, String> tags) {
    SortedMap<String, String> labels = new TreeMap<>();
    tags.forEach((name, value) -> {
      if (name.startsWith(LABEL)) {
        labels.put(name.substring(LABEL.length()), value);
      }
    });
    return labels;
  }
}
