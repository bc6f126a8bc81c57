package dev.ekiden.engine;

import dev.ekiden.engine.Explanation.Reason;
import java.util.List;

/**
 * Knows reasons why a job waits for a worker that the engine cannot know, such as that one is being
 * started. Added by {@link Engine#addReasons}; called while an explanation is made, by any thread.
 */
@FunctionalInterface
public interface ReasonSource {
  /**
   * What it knows of a job that waits and that no worker has claimed; the deciding reason first,
   * none if it knows nothing. What it throws is logged, and the explanation goes without it.
   */
  List<Reason> reasons(Job job);
}
