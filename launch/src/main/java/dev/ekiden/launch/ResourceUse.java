package dev.ekiden.launch;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a task has used, as far as its place tells.
 *
 * @param peakMemoryBytes the most memory at one time
 * @param cpuTime of all its processes
 */
public record ResourceUse(OptionalLong peakMemoryBytes, Optional<Duration> cpuTime) {

  /** Nothing is known. */
  public static final ResourceUse UNKNOWN = new ResourceUse(OptionalLong.empty(), Optional.empty());
}
