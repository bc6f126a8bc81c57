package dev.ekiden.calendar.store;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers what was to be refreshed. */
public final class RecordedRefreshes implements Refreshes {

  /** One call. */
  public record Refresh(List<Long> planIds, String entity) {}

  private final Queue<Refresh> refreshes = new ConcurrentLinkedQueue<>();

  @Override
  public void changed(Connection connection, Collection<Long> planIds, String entity) {
    refreshes.add(new Refresh(List.copyOf(planIds), entity));
  }

  public List<Refresh> all() {
    return List.copyOf(refreshes);
  }

  public Set<Long> planIds() {
    Set<Long> planIds = new TreeSet<>();
    refreshes.forEach(refresh -> planIds.addAll(refresh.planIds()));
    return planIds;
  }

  public void clear() {
    refreshes.clear();
  }
}
