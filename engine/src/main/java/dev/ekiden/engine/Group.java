package dev.ekiden.engine;

import dev.ekiden.engine.store.Hashes;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tenant of jobs, in all queues. Groups of one queue and priority share the places of its
 * workers by weight: the next place goes to the group that has the fewest running jobs for its
 * weight. A group needs no registration; it has settings once some were made.
 *
 * <p>A group is known to the database by a hash of its name, so that enqueueing need not look it
 * up: the first 64 bits of its SHA-256.
 *
 * @param name 1 to {@value #MAX_LENGTH} characters without control characters
 * @param weight its share against the others, 1 by default
 * @param epoch number of its present owner's turn; see {@link Groups#advanceEpoch}
 * @param heldAt since when none of its jobs starts, null while it is open
 * @param heldReason what was given as the reason, if anything
 */
public record Group(
    String name, double weight, long epoch, @Nullable Instant heldAt, @Nullable String heldReason) {
  /** Longest name, in characters. */
  public static final int MAX_LENGTH = 200;

  /** Least weight. */
  public static final double MIN_WEIGHT = 0.001;

  /** Greatest weight. */
  public static final double MAX_WEIGHT = 1_000;

  public boolean isHeld() {
    return heldAt != null;
  }

  static String check(String name) {
    Objects.requireNonNull(name, "group");
    if (name.isEmpty() || name.length() > MAX_LENGTH) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_NAME,
          "the name of a group must have 1 to %d characters, not %d"
              .formatted(MAX_LENGTH, name.length()));
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_NAME, "the name of a group must not contain control characters");
    }
    return name;
  }

  /** The number of a group; never 0, which is no group. */
  static long id(String name) {
    return Hashes.of(name);
  }
}
