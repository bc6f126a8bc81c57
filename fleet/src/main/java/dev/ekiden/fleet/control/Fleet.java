package dev.ekiden.fleet.control;

import dev.ekiden.fleet.Memory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A fleet as it is kept.
 *
 * @param revision 1 and up; rises with each change
 * @param memory what the last stored decision left for the next
 * @param decidedAt when that was; null before the first
 */
public record Fleet(
    FleetSpec spec,
    long revision,
    Instant createdAt,
    Instant changedAt,
    Memory memory,
    @Nullable Instant decidedAt) {

  public String name() {
    return spec.name();
  }
}
