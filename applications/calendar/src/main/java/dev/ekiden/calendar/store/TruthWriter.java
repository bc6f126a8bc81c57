package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;

import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.availability.WeeklyHours;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/**
 * Changes the truth. Each change locks the rows it touches, writes only what differs, raises the
 * narrowest version by one and tells {@link Refreshes} which plans it affects, all in the caller's
 * transaction. A change that changes nothing raises no version and refreshes nothing.
 *
 * <p>Every method returns the ids of the affected plans, in order. A change to an entity that does
 * not exist is an {@link UnknownEntityException}, one to a value that the model refuses an {@link
 * InvalidValueException}. Stateless but for the listener, safe for use by many threads.
 */
public final class TruthWriter {

  private static final String RAISE_SPACES =
      """
      UPDATE calendar.space
      SET version = version + 1
      WHERE id = ANY(:ids)
      """;

  private final Refreshes refreshes;

  public TruthWriter(Refreshes refreshes) {
    this.refreshes = refreshes;
  }

  /** Sets the zone and holidays that all hours of the venue are reckoned by. */
  public Set<Long> setVenueCalendar(
      Handle handle, long venueId, ZoneId zone, String holidayCalendar) {
    return change(
        handle,
        TruthTables.VENUES,
        venueId,
        venue ->
            new Venue(
                venue.id(), venue.code(), venue.name(), zone, holidayCalendar, venue.version()));
  }

  /** Sets the business hours (営業時間) of a space. */
  public Set<Long> setBusinessHours(Handle handle, long spaceId, WeeklyHours hours) {
    return change(
        handle,
        TruthTables.SPACES,
        spaceId,
        space -> Revised.lists(space, hours, space.specialPeriods(), space.closures()));
  }

  /** Adds a special period (特別営業期間), or replaces the one that starts on the same day. */
  public Set<Long> putSpecialPeriod(Handle handle, long spaceId, SpecialPeriod period) {
    return change(
        handle, TruthTables.SPACES, spaceId, space -> Revised.specialPeriod(space, period));
  }

  /** Removes a special period; does nothing if there is no such. */
  public Set<Long> removeSpecialPeriod(Handle handle, long spaceId, SpecialPeriod period) {
    return change(
        handle,
        TruthTables.SPACES,
        spaceId,
        space ->
            Revised.lists(
                space,
                space.businessHours(),
                space.specialPeriods().stream().filter(other -> !other.equals(period)).toList(),
                space.closures()));
  }

  /** Adds a closure, or gives the one of the same times a new reason. */
  public Set<Long> putClosure(Handle handle, long spaceId, Closure closure) {
    return change(handle, TruthTables.SPACES, spaceId, space -> Revised.closure(space, closure));
  }

  /** Removes a closure; does nothing if there is no such. */
  public Set<Long> removeClosure(Handle handle, long spaceId, Closure closure) {
    return change(
        handle,
        TruthTables.SPACES,
        spaceId,
        space ->
            Revised.lists(
                space,
                space.businessHours(),
                space.specialPeriods(),
                space.closures().stream().filter(other -> !other.equals(closure)).toList()));
  }

  /** Publishes a plan or takes it back. */
  public Set<Long> setPublished(Handle handle, long planId, boolean published) {
    return change(
        handle,
        TruthTables.PLANS,
        planId,
        plan -> Revised.plan(plan, published, plan.rules(), plan.rentableHours(), plan.prices()));
  }

  public Set<Long> setRules(Handle handle, long planId, BookingRules rules) {
    return change(
        handle,
        TruthTables.PLANS,
        planId,
        plan -> Revised.plan(plan, plan.published(), rules, plan.rentableHours(), plan.prices()));
  }

  /** Sets the rentable hours (貸出可能時間) of a plan; none means all business hours. */
  public Set<Long> setRentableHours(Handle handle, long planId, WeeklyHours hours) {
    return change(
        handle,
        TruthTables.PLANS,
        planId,
        plan -> Revised.plan(plan, plan.published(), plan.rules(), hours, plan.prices()));
  }

  public Set<Long> setPrices(Handle handle, long planId, PriceList prices) {
    return change(
        handle,
        TruthTables.PLANS,
        planId,
        plan -> Revised.plan(plan, plan.published(), plan.rules(), plan.rentableHours(), prices));
  }

  /** Sets who approves bookings of a plan, and what canceling them costs from now on. */
  public Set<Long> setPolicy(Handle handle, long planId, BookingPolicy policy) {
    return change(handle, TruthTables.PLANS, planId, plan -> Revised.policy(plan, policy));
  }

  /** Any change of one entity: the function gets it as it is under the lock. */
  public <T> Set<Long> change(
      Handle handle, TruthTable<T> table, long id, UnaryOperator<T> function) {
    T before = table.read(handle, table.lock(handle, List.of(id))).get(id);
    if (before == null) {
      throw new UnknownEntityException(table.entity(), id);
    }
    Change<T> change = new Change<>(before, function.apply(before));
    return save(handle, table, List.of(change), table.entity() + " " + id);
  }

  /** Locks those entities that exist, for a {@link #save} to follow; by code. */
  public <T> Map<String, T> lock(Handle handle, TruthTable<T> table, Collection<String> codes) {
    Map<String, T> entities = new LinkedHashMap<>();
    table
        .read(handle, table.lock(handle, table.ids(handle, codes).values()))
        .values()
        .forEach(entity -> entities.put(table.code(entity), entity));
    return entities;
  }

  /**
   * Writes many changes of one kind in a few statements: new entities are added, different ones
   * written, equal ones left alone. A new space gets a resource of its own with one unit.
   *
   * @param changes of entities that are locked or new, each entity at most once
   * @param source names them to {@link Refreshes}
   */
  public <T> Set<Long> save(
      Handle handle, TruthTable<T> table, List<Change<T>> changes, String source) {
    List<T> added = new ArrayList<>();
    List<Change<T>> changed = new ArrayList<>();
    for (Change<T> change : changes) {
      T after = table.normalized(change.after());
      Change<T> normalized = new Change<>(change.before(), after);
      if (change.isNew()) {
        added.add(after);
      } else if (!normalized.isEmpty()) {
        changed.add(normalized);
      }
    }
    Set<Long> ids = new LinkedHashSet<>();
    if (!added.isEmpty()) {
      Map<String, Long> addedIds = table.insert(handle, added);
      if (table instanceof SpaceTable) {
        useOwnResources(handle, addedIds);
      }
      ids.addAll(addedIds.values());
    }
    if (!changed.isEmpty()) {
      table.update(handle, changed);
      ids.addAll(column(changed, change -> table.id(change.after())));
    }
    return refresh(handle, table.plansOf(handle, ids), source);
  }

  /**
   * Sets the resources that spaces use, by space id. Resources and units that are missing are made;
   * units are never taken away, since reservations may be on them. Raises the version of every
   * space that it touches, also of those that share a resource which got more units.
   *
   * @throws InvalidValueException if a space uses none or more than {@link Truth#MAXIMUM_RESOURCES}
   */
  public Set<Long> useResources(Handle handle, Map<Long, List<ResourceUse>> uses, String source) {
    Map<String, Integer> wanted = wantedUnits(uses);
    Set<Long> touched = new TreeSet<>(uses.keySet());
    touched.addAll(ResourceTable.spacesUsing(handle, wanted.keySet()));
    TruthTables.SPACES.lock(handle, touched);
    Map<String, Integer> existing = ResourceTable.units(handle, wanted.keySet());
    Map<String, Integer> growing = new TreeMap<>(wanted);
    growing.entrySet().removeIf(use -> use.getValue() <= existing.getOrDefault(use.getKey(), 0));
    Map<Long, List<ResourceUse>> different = differentUses(handle, uses);
    if (growing.isEmpty() && different.isEmpty()) {
      return Set.of();
    }
    ResourceTable.provide(handle, growing);
    ResourceTable.use(handle, different);
    Set<Long> raised = new TreeSet<>(different.keySet());
    raised.addAll(ResourceTable.spacesUsing(handle, growing.keySet()));
    return raise(handle, raised, source);
  }

  /** The resources that spaces use, by the codes of the spaces. */
  public Map<String, List<ResourceUse>> resourceUses(Handle handle, Collection<String> spaceCodes) {
    Map<String, Long> ids = TruthTables.SPACES.ids(handle, spaceCodes);
    Map<Long, List<Resource>> resources = ResourceTable.read(handle, ids.values());
    Map<String, List<ResourceUse>> uses = new LinkedHashMap<>();
    ids.forEach((code, id) ->
        uses.put(
            code,
            column(
                resources.getOrDefault(id, List.of()),
                resource -> new ResourceUse(resource.code(), resource.units().size()))));
    return uses;
  }

  /** The resources of each space, ordered by id. */
  public Map<Long, List<Resource>> resources(Handle handle, Collection<Long> spaceIds) {
    return ResourceTable.read(handle, spaceIds);
  }

  /**
   * Locks these spaces and all that share a resource with one of them, in the order of their ids:
   * what a booking does before it looks, so that of two bookings of one unit the later sees the
   * earlier.
   *
   * @return the ids of the locked spaces
   */
  public Set<Long> lockSharingSpaces(Handle handle, Collection<Long> spaceIds) {
    Set<Long> locked = new TreeSet<>();
    Set<Long> sharing = sharingSpaces(handle, spaceIds);
    // Once more after the first lock: who changes what a space uses holds its lock while doing so.
    while (!locked.containsAll(sharing)) {
      locked.addAll(TruthTables.SPACES.lock(handle, sharing));
      sharing = sharingSpaces(handle, spaceIds);
    }
    return locked;
  }

  /** These spaces and all that share a resource with one of them, in the order of their ids. */
  public Set<Long> sharingSpaces(Handle handle, Collection<Long> spaceIds) {
    return ResourceTable.sharingSpaces(handle, spaceIds);
  }

  /** Raises the versions of spaces that are locked, because their units were taken or freed. */
  public Set<Long> raise(Handle handle, Collection<Long> spaceIds, String source) {
    handle.createUpdate(RAISE_SPACES).bindArray("ids", Long.class, spaceIds).execute();
    return refresh(handle, TruthTables.SPACES.plansOf(handle, spaceIds), source);
  }

  private Set<Long> refresh(Handle handle, Collection<Long> planIds, String source) {
    Set<Long> ordered = new TreeSet<>(planIds);
    if (!ordered.isEmpty()) {
      refreshes.changed(handle.getConnection(), ordered, source);
    }
    return ordered;
  }

  private static void useOwnResources(Handle handle, Map<String, Long> spaceIds) {
    Map<String, Integer> units = new HashMap<>();
    Map<Long, List<ResourceUse>> uses = new HashMap<>();
    spaceIds.forEach((code, id) -> {
      units.put(code, 1);
      uses.put(id, List.of(new ResourceUse(code, 1)));
    });
    ResourceTable.provide(handle, units);
    ResourceTable.use(handle, uses);
  }

  private static Map<String, Integer> wantedUnits(Map<Long, List<ResourceUse>> uses) {
    Map<String, Integer> units = new HashMap<>();
    for (List<ResourceUse> ofSpace : uses.values()) {
      if (ofSpace.isEmpty() || ofSpace.size() > Truth.MAXIMUM_RESOURCES) {
        throw new InvalidValueException(
            "resources",
            Integer.toString(ofSpace.size()),
            "a space uses 1 to " + Truth.MAXIMUM_RESOURCES + " resources");
      }
      ofSpace.forEach(use -> units.merge(use.code(), use.units(), Math::max));
    }
    return units;
  }

  private static Map<Long, List<ResourceUse>> differentUses(
      Handle handle, Map<Long, List<ResourceUse>> uses) {
    Map<Long, List<ResourceUse>> different = new HashMap<>();
    Map<Long, Set<String>> used = new HashMap<>();
    ResourceTable.read(handle, uses.keySet())
        .forEach((spaceId, resources) ->
            used.put(spaceId, new LinkedHashSet<>(column(resources, resource -> resource.code()))));
    uses.forEach((spaceId, ofSpace) -> {
      Set<String> codes = new LinkedHashSet<>(column(ofSpace, ResourceUse::code));
      if (!codes.equals(used.getOrDefault(spaceId, Set.of()))) {
        different.put(spaceId, ofSpace);
      }
    });
    return different;
  }
}
