package dev.ekiden.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many jobs of a queue stand where, for one definition or one group. The numbers are of one
 * moment and exact; they are not got by counting jobs.
 *
 * @param definition whose jobs these are; null if it is of a group
 * @param group whose jobs these are; null for those without a group, or if it is of a definition
 * @param running claimed by workers, started or not
 * @param oldestReady how long its oldest READY job has waited since it was enqueued; null if none
 *     is READY
 */
public record Depth(
    String queue,
    @Nullable String definition,
    @Nullable String group,
    long ready,
    long scheduled,
    long blocked,
    long running,
    @Nullable Duration oldestReady) {

  /** Of what there is a depth each. */
  public enum By {
    DEFINITION,
    GROUP
  }

  /** All jobs that have not ended. */
  public long live() {
    return ready + scheduled + blocked + running;
  }
}
