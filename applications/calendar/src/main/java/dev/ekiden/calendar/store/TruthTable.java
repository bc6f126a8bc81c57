package dev.ekiden.calendar.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * A family of tables that holds one kind of versioned entity, read and written whole and in bulk.
 * Stateless; every method runs in the caller's transaction.
 *
 * <p>Whoever locks entities of several kinds does so in the order venues, spaces, plans, and then
 * reservations; within a kind rows are locked in the order of their ids.
 */
public sealed interface TruthTable<T> permits VenueTable, SpaceTable, PlanTable {

  /** The entity's name in messages: {@code venue}, {@code space}, {@code plan}. */
  String entity();

  long id(T entity);

  String code(T entity);

  /** The entity as it will be read again, so that what is stored already compares as equal. */
  T normalized(T entity);

  /** The ids of those codes that exist. */
  Map<String, Long> ids(Handle handle, Collection<String> codes);

  /** The entities of those ids that exist, by id, in the order of the ids. */
  Map<Long, T> read(Handle handle, Collection<Long> ids);

  /** Locks the rows against other writers until the transaction ends; the ids that exist. */
  Set<Long> lock(Handle handle, Collection<Long> ids);

  /** The plans whose calendars depend on these entities. */
  Set<Long> plansOf(Handle handle, Collection<Long> ids);

  /** Adds entities with their first version; the ids by code. */
  Map<String, Long> insert(Handle handle, List<T> entities);

  /** Writes what differs and raises each version by one; the rows must be locked. */
  void update(Handle handle, List<Change<T>> changes);
}
