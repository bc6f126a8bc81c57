package dev.ekiden.engine;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing.
 *
 * @param items the rows, in the listing's order
 * @param next hand this to the same listing to go on; null at the end
 * @param searchedBackTo where the listing stopped before the page was full, because to go on would
 *     have taken long: what is older has not been looked at yet. Null for a full page and the last.
 */
public record Page<T>(List<T> items, @Nullable String next, @Nullable Instant searchedBackTo) {
  public Page {
    items = List.copyOf(items);
  }

  public Page(List<T> items, @Nullable String next) {
    this(items, next, null);
  }
}
