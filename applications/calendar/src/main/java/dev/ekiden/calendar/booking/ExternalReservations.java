package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.ResourceUnit;
import dev.ekiden.calendar.booking.UnitPeriods.Period;
import dev.ekiden.calendar.store.Rows;
import dev.ekiden.calendar.store.TruthWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Takes over reservations that were made elsewhere, in bulk and idempotently by their codes: the
 * same again changes nothing, one with other times moves, one that is canceled frees its units.
 * Runs in the caller's transaction under the same locks as a booking; safe for use by many threads.
 */
public final class ExternalReservations {

  private final TruthWriter writer;

  public ExternalReservations(TruthWriter writer) {
    this.writer = writer;
  }

  /** The places of those plans that exist, by code. */
  public Map<String, PlanPlace> places(Handle handle, Collection<String> planCodes) {
    return ExternalReservationTable.places(handle, planCodes);
  }

  /**
   * Takes them over in the order given; those in conflict with an earlier or a stored one are left
   * out.
   *
   * @param reservations with codes of their own
   * @param now the time of the change that is stored
   * @param source names them to whoever refreshes the calendars
   * @return what became of each, in the same order
   */
  public List<ExternalOutcome> put(
      Handle handle, List<ExternalReservation> reservations, Instant now, String source) {
    if (reservations.isEmpty()) {
      return List.of();
    }
    Set<Long> spaceIds = new TreeSet<>();
    reservations.forEach(reservation -> spaceIds.add(reservation.place().spaceId()));
    writer.lockSharingSpaces(handle, spaceIds);
    Transfer transfer = new Transfer(handle, writer.resources(handle, spaceIds), reservations);
    List<ExternalOutcome> outcomes = new ArrayList<>();
    reservations.forEach(reservation -> outcomes.add(transfer.decide(reservation)));
    transfer.write(now);
    if (!transfer.touchedSpaces.isEmpty()) {
      writer.raise(handle, writer.sharingSpaces(handle, transfer.touchedSpaces), source);
    }
    return outcomes;
  }

  /** One call: what is stored, what is decided, what is to be written. */
  private static final class Transfer {
    private final Handle handle;
    private final Map<Long, List<Resource>> resources;
    private final Map<String, StoredReservation> stored;
    private final UnitPeriods periods;
    private final Set<Long> touchedSpaces = new LinkedHashSet<>();
    private final List<ExternalReservation> added = new ArrayList<>();
    private final List<ExternalReservation> changed = new ArrayList<>();
    private final Map<String, List<Long>> unitIds = new HashMap<>();

    Transfer(
        Handle handle,
        Map<Long, List<Resource>> resources,
        List<ExternalReservation> reservations) {
      this.handle = handle;
      this.resources = resources;
      this.stored =
          ExternalReservationTable.lock(
              handle, reservations.stream().map(ExternalReservation::code).toList());
      Instant from = Instant.MAX;
      Instant to = Instant.MIN;
      for (ExternalReservation reservation : reservations) {
        from = earlier(from, from(reservation));
        to = earlier(to, to(reservation)).equals(to) ? to(reservation) : to;
      }
      Set<Long> units = new LinkedHashSet<>();
      resources
          .values()
          .forEach(ofSpace ->
              ofSpace.forEach(resource -> resource.units().forEach(unit -> units.add(unit.id()))));
      this.periods = ExternalReservationTable.periods(handle, units, from, to);
    }

    ExternalOutcome decide(ExternalReservation wanted) {
      StoredReservation before = stored.get(wanted.code());
      if (before == null) {
        return add(wanted);
      }
      if (before.planId() != wanted.place().planId()) {
        return new ExternalOutcome.OtherPlan();
      }
      if (before.isSameAs(wanted)) {
        return ExternalOutcome.UNCHANGED;
      }
      return change(before, wanted);
    }

    private ExternalOutcome add(ExternalReservation wanted) {
      Optional<ExternalOutcome> conflict = occupy(wanted);
      if (conflict.isPresent()) {
        return conflict.get();
      }
      added.add(wanted);
      if (!wanted.canceled()) {
        touchedSpaces.add(wanted.place().spaceId());
      }
      return ExternalOutcome.ADDED;
    }

    /** Its own units are free for it to move; if it cannot, it stays where it is. */
    private ExternalOutcome change(StoredReservation before, ExternalReservation wanted) {
      before.unitIds().forEach(unit -> periods.remove(unit, before.period()));
      Optional<ExternalOutcome> conflict = occupy(wanted);
      if (conflict.isPresent()) {
        before.unitIds().forEach(unit -> periods.add(unit, before.period()));
        return conflict.get();
      }
      changed.add(wanted);
      if (before.occupies() || !wanted.canceled()) {
        touchedSpaces.add(wanted.place().spaceId());
      }
      return ExternalOutcome.CHANGED;
    }

    private Optional<ExternalOutcome> occupy(ExternalReservation wanted) {
      if (wanted.canceled()) {
        unitIds.put(wanted.code(), List.of());
        return Optional.empty();
      }
      List<Long> units = new ArrayList<>();
      for (Resource resource : resources.getOrDefault(wanted.place().spaceId(), List.of())) {
        Optional<Long> free = freeUnit(resource, wanted);
        if (free.isEmpty()) {
          ResourceUnit first = resource.units().getFirst();
          String with =
              periods
                  .overlapping(first.id(), from(wanted), to(wanted))
                  .map(Period::reservation)
                  .orElse("another reservation");
          return Optional.of(new ExternalOutcome.Conflict(resource.name(), with));
        }
        units.add(free.get());
      }
      Period period = new Period(from(wanted), to(wanted), wanted.code());
      units.forEach(unit -> periods.add(unit, period));
      unitIds.put(wanted.code(), units);
      return Optional.empty();
    }

    private Optional<Long> freeUnit(Resource resource, ExternalReservation wanted) {
      return resource.units().stream()
          .map(ResourceUnit::id)
          .filter(unit -> periods.overlapping(unit, from(wanted), to(wanted)).isEmpty())
          .findFirst();
    }

    private void write(Instant now) {
      Map<String, Long> ids = ExternalReservationTable.insert(handle, added, now);
      ExternalReservationTable.update(handle, changed, now);
      changed.forEach(reservation -> ids.put(reservation.code(), storedId(reservation.code())));
      ReservationTable.free(
          handle, changed.stream().map(reservation -> storedId(reservation.code())).toList());
      List<ExternalReservation> occupying = new ArrayList<>(changed);
      occupying.addAll(added);
      List<ExternalReservationTable.Occupied> occupied = new ArrayList<>();
      for (ExternalReservation reservation : occupying) {
        for (long unit : unitIds.getOrDefault(reservation.code(), List.of())) {
          occupied.add(
              new ExternalReservationTable.Occupied(
                  Rows.of(ids, reservation.code()), unit, from(reservation), to(reservation)));
        }
      }
      ExternalReservationTable.occupy(handle, occupied);
    }

    private long storedId(String code) {
      return Rows.of(stored, code).id();
    }

    private static Instant from(ExternalReservation reservation) {
      return reservation
          .start()
          .minus(Duration.ofMinutes(reservation.place().bufferBeforeMinutes()));
    }

    private static Instant to(ExternalReservation reservation) {
      return reservation.end().plus(Duration.ofMinutes(reservation.place().bufferAfterMinutes()));
    }

    private static Instant earlier(Instant one, Instant other) {
      return one.isBefore(other) ? one : other;
    }
  }
}
