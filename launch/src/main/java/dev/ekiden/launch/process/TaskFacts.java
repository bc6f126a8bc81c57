package dev.ekiden.launch.process;

import dev.ekiden.launch.Task;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a directory tells of the task that it was made for.
 *
 * @param labels of the task
 * @param capacityClass of the task
 * @param asked when it was launched
 */
record TaskFacts(SortedMap<String, String> labels, String capacityClass, Instant asked) {

  private static final String LABEL = "label.";

  static TaskFacts of(Task task) {
    return new TaskFacts(task.labels(), task.capacityClass(), Instant.now());
  }

  static TaskFacts read(TaskDirectory directory) throws IOException {
    Properties facts =
        StateFile.read(directory.task())
            .orElseThrow(() -> new NoSuchFileException(directory.task().toString()));
    SortedMap<String, String> labels = new TreeMap<>();
    for (String name : facts.stringPropertyNames()) {
      if (name.startsWith(LABEL)) {
        labels.put(name.substring(LABEL.length()), facts.getProperty(name));
      }
    }
    return new TaskFacts(
        labels,
        facts.getProperty("capacity-class", Task.ON_DEMAND),
        Instant.parse(facts.getProperty("asked")));
  }

  void write(TaskDirectory directory) throws IOException {
    Properties facts = new Properties();
    labels.forEach((name, value) -> facts.setProperty(LABEL + name, value));
    facts.setProperty("capacity-class", capacityClass);
    facts.setProperty("asked", asked.toString());
    StateFile.write(directory.task(), facts);
  }
}
