package dev.ekiden.launch.kubernetes;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a stop writes to a job, so that its end can be told from other ends.
 *
 * @param job to stop
 * @param by when its program is to be gone
 * @param waiting what it waits for if its program does not run yet: then the job itself is ended
 */
record StopPatch(Job job, Instant by, @Nullable String waiting) {

  /** The change as a JSON merge patch; empty if an earlier stop said as much. */
  Optional<String> patch() {
    Map<String, String> before =
        Optional.ofNullable(job.getMetadata().getAnnotations()).orElse(Map.of());
    Map<String, Object> patch = new TreeMap<>();
    Map<String, String> annotations = new TreeMap<>();
    String known = before.get(JobLabels.STOP_BY);
    if (known == null || by.isBefore(Instant.parse(known))) {
      annotations.put(JobLabels.STOP_BY, by.truncatedTo(ChronoUnit.MILLIS).toString());
    }
    if (waiting != null && !before.containsKey(JobLabels.STOPPED_WAITING)) {
      annotations.put(JobLabels.STOPPED_WAITING, waiting.isEmpty() ? "for a node" : waiting);
    }
    if (!annotations.isEmpty()) {
      patch.put("metadata", Map.of("annotations", annotations));
    }
    if (waiting != null && job.getSpec().getActiveDeadlineSeconds() == null) {
      patch.put("spec", Map.of("activeDeadlineSeconds", 1));
    }
    return patch.isEmpty() ? Optional.empty() : Optional.of(Serialization.asJson(patch));
  }
}
