package dev.ekiden.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a clone differs from the job it is made from. What is null stays as it is.
 *
 * @param payload a JSON merge patch (RFC 7396) for the payload, as any object Jackson can write:
 *     its fields replace those of the payload, a field that is null there removes one, and anything
 *     but an object replaces the whole payload
 * @param definition name of the definition that is to run it; its queue and vCPUs follow, and its
 *     priority unless one is given
 * @param priority 0 to 9
 * @param group the tenant; see {@link Group}
 * @param delay how long it is to wait
 */
public record JobChanges(
    @Nullable Object payload,
    @Nullable String definition,
    @Nullable Integer priority,
    @Nullable String group,
    @Nullable Duration delay) {

  /** A clone like the job itself. */
  public static final JobChanges NONE = new JobChanges(null, null, null, null, null);

  public JobChanges {
    if (definition != null) {
      JobDefinition.checkName("definition", definition);
    }
    if (priority != null) {
      JobDefinition.checkPriority(priority);
    }
    if (group != null) {
      Group.check(group);
    }
    if (delay != null) {
      delay = new JobRequest.Start.After(delay).delay();
    }
  }

  public JobChanges withPayload(Object patch) {
    return new JobChanges(patch, definition, priority, group, delay);
  }

  public JobChanges withDefinition(String value) {
    return new JobChanges(payload, value, priority, group, delay);
  }

  public JobChanges withPriority(int value) {
    return new JobChanges(payload, definition, value, group, delay);
  }

  public JobChanges withGroup(String value) {
    return new JobChanges(payload, definition, priority, value, delay);
  }

  public JobChanges withDelay(Duration value) {
    return new JobChanges(payload, definition, priority, group, value);
  }
}
