package dev.ekiden.calendar.store;

import org.jspecify.annotations.Nullable;

/** One entity of the truth before and after a write; {@code before} is null for a new one. */
public record Change<T>(@Nullable T before, T after) {

  public boolean isNew() {
    return before == null;
  }

  /** Whether there is nothing to write. */
  public boolean isEmpty() {
    return after.equals(before);
  }
}
