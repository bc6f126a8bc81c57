package dev.ekiden.launch.ecs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.TaskId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Says that ECS takes the machine of a task away: it has two minutes, of which its program gets the
 * grace that it was launched with, and has just been sent SIGTERM.
 *
 * @param task that goes
 * @param arn the name that ECS has for it
 * @param at when ECS said so
 */
public record SpotWarning(TaskId task, String arn, Instant at) {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Both have been seen. */
  private static final Set<String> CODES = Set.of("SpotInterruption", "TerminationNotice");

  /**
   * Reads an event of EventBridge, as it comes from a rule for "ECS Task State Change".
   *
   * @param event as JSON
   * @return empty if it says something else, or of a task that is none of ours
   * @throws IllegalArgumentException if it is no JSON
   */
  public static Optional<SpotWarning> of(String event) {
    JsonNode root;
    try {
      root = MAPPER.readTree(event);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("This is no event of EventBridge, but no JSON at all", e);
    }
    JsonNode detail = root.path("detail");
    if (!root.path("detail-type").asText().equals("ECS Task State Change")
        || !CODES.contains(detail.path("stopCode").asText())) {
      return Optional.empty();
    }
    Instant at = Instant.parse(root.path("time").asText(Instant.EPOCH.toString()));
    return id(detail).map(id -> new SpotWarning(id, detail.path("taskArn").asText(), at));
  }

  /** The event has no tags, but what the program was told. */
  private static Optional<TaskId> id(JsonNode detail) {
    for (JsonNode container : detail.path("overrides").path("containerOverrides")) {
      for (JsonNode variable : container.path("environment")) {
        if (variable.path("name").asText().equals(Launcher.TASK_VARIABLE)) {
          return Optional.of(new TaskId(variable.path("value").asText()));
        }
      }
    }
    return Optional.empty();
  }
}
