package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.BookingCheck.Decision;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.calendar.availability.Explanation;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.Unavailable;
import dev.ekiden.calendar.booking.ReservationState.Event;
import dev.ekiden.calendar.booking.ReservationTable.InSpace;
import dev.ekiden.calendar.store.TruthReader;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.calendar.store.UnknownEntityException;
import dev.ekiden.postgres.Database;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Books slots. A booking is decided by the truth under the locks of all spaces that share its
 * units, never by the cache; if another program writes past those locks, the exclusion constraint
 * on units refuses the second of two.
 *
 * <p>A slot is first held, then confirmed with the token within the hold, or it expires. {@code
 * confirm} and {@code cancel} may be repeated. Each operation exists twice: as a transaction of its
 * own, and on the handle of a caller's transaction, which must be rolled back on a {@link
 * BookingException}.
 *
 * <p>Expired holds stand in nobody's way: a booking that meets one ends it. {@link #expireDue} ends
 * the others, so that their slots are seen as free. Safe for use by many threads.
 */
public final class BookingService {

  /** How long a slot is held if nothing else is asked for. */
  public static final Duration DEFAULT_HOLD = Duration.ofMinutes(5);

  public static final Duration MINIMUM_HOLD = Duration.ofSeconds(1);
  public static final Duration MAXIMUM_HOLD = Duration.ofHours(1);

  /** The most holds that one {@link #expireDue} ends. */
  public static final int MAXIMUM_EXPIRED_AT_ONCE = 1_000;

  private static final String SPACE_OF_PLAN =
      """
      SELECT space_id
      FROM calendar.plan
      WHERE id = :planId
      """;

  private static final String SPACE_OF_RESERVATION =
      """
      SELECT plan.space_id
      FROM calendar.reservation
      JOIN calendar.plan ON plan.id = reservation.plan_id
      WHERE reservation.id = :id
      """;

  /** Rules and prices must not change between the two statements that read them. */
  private static final String KEEP_VENUE =
      """
      SELECT venue.id
      FROM calendar.venue
      JOIN calendar.space ON space.venue_id = venue.id
      WHERE space.id = :spaceId
      FOR SHARE OF venue
      """;

  private static final String KEEP_PLAN =
      """
      SELECT id
      FROM calendar.plan
      WHERE id = :planId
      FOR SHARE
      """;

  private final Database database;
  private final TruthReader reader = new TruthReader();
  private final TruthWriter writer;
  private final BookingCheck check;
  private final Function<Connection, Instant> clock;
  private final HoldListener holds;

  /** With a clock that needs no database, and nobody told of holds. */
  public BookingService(
      Database database, TruthWriter writer, BookingCheck check, InstantSource clock) {
    this(
        database,
        writer,
        check,
        connection -> clock.instant(),
        (connection, reservationId, expiresAt) -> {});
  }

  /**
   * @param clock tells the time on the connection of the booking's transaction, which must not wait
   *     for a second one
   */
  public BookingService(
      Database database,
      TruthWriter writer,
      BookingCheck check,
      Function<Connection, Instant> clock,
      HoldListener holds) {
    this.database = database;
    this.writer = writer;
    this.check = check;
    this.clock = clock;
    this.holds = holds;
  }

  /** Holds {@code [start, end)} for {@link #DEFAULT_HOLD}. */
  public Held hold(long planId, Instant start, Instant end) {
    return hold(planId, start, end, DEFAULT_HOLD);
  }

  /**
   * Holds {@code [start, end)} on the free units with the lowest numbers, and quotes its price.
   *
   * @throws SlotUnavailableException if it cannot be booked, with all reasons
   * @throws UnknownEntityException if there is no such plan
   * @throws InvalidValueException if the hold is not between {@link #MINIMUM_HOLD} and {@link
   *     #MAXIMUM_HOLD}, or the times are beyond the calendar
   */
  public Held hold(long planId, Instant start, Instant end, Duration holdFor) {
    return database.inTransaction(handle -> hold(handle, planId, start, end, holdFor));
  }

  /** {@link #hold(long, Instant, Instant, Duration)} in the caller's transaction. */
  public Held hold(Handle handle, long planId, Instant start, Instant end, Duration holdFor) {
    checkHold(holdFor);
    checkTimes(start, end);
    long spaceId = spaceOf(handle, planId);
    handle.createQuery(KEEP_VENUE).bind("spaceId", spaceId).mapTo(Long.class).one();
    List<InSpace> due = dueInTheWay(handle, spaceId, start, end);
    Set<Long> spaces = spaces(due);
    spaces.add(spaceId);
    writer.lockSharingSpaces(handle, spaces);
    handle.createQuery(KEEP_PLAN).bind("planId", planId).mapTo(Long.class).one();

    Instant now = now(handle);
    Set<Long> freed = spaces(ReservationTable.expire(handle, reservations(due), now));
    Truth truth = truth(handle, planId, start, end);
    return switch (check.decide(truth, start, end, now)) {
      case Decision.Refused(Explanation explanation) ->
          throw new SlotUnavailableException(planId, start, end, explanation.reasons());
      case Decision.Accepted accepted -> {
        Held held = occupy(handle, planId, start, end, now, now.plus(holdFor), accepted);
        freed.add(spaceId);
        raise(handle, freed, "reservation " + held.reservationId());
        yield held;
      }
    };
  }

  /**
   * Makes a held reservation final. Repeating it returns the same reservation.
   *
   * @throws HoldExpiredException if the hold is over, whether or not it was ended already
   * @throws ReservationStateException if it was canceled
   * @throws UnknownReservationException if no reservation has this token
   */
  public Reservation confirm(ReservationToken token) {
    return database.inTransaction(handle -> confirm(handle, token));
  }

  /** {@link #confirm(ReservationToken)} in the caller's transaction. */
  public Reservation confirm(Handle handle, ReservationToken token) {
    Reservation reservation = lock(handle, find(handle, token).id());
    // Read after the lock was granted: time spent waiting counts.
    Instant now = now(handle);
    boolean expired =
        switch (reservation.state()) {
          case HELD -> !now.isBefore(reservation.holdExpiresAt().orElseThrow());
          case EXPIRED -> true;
          case CONFIRMED, CANCELED -> false;
        };
    if (expired) {
      throw new HoldExpiredException(reservation.id(), reservation.holdExpiresAt().orElseThrow());
    }
    return move(handle, reservation, Event.CONFIRM, now);
  }

  /**
   * Takes a reservation back and frees its units. Repeating it returns the same reservation.
   *
   * @throws ReservationStateException if it has expired
   * @throws UnknownReservationException if no reservation has this token
   */
  public Reservation cancel(ReservationToken token) {
    return database.inTransaction(handle -> cancel(handle, token));
  }

  /** {@link #cancel(ReservationToken)} in the caller's transaction. */
  public Reservation cancel(Handle handle, ReservationToken token) {
    return cancel(handle, find(handle, token).id());
  }

  /**
   * Cancels for the operator, who needs no token; otherwise as {@link #cancel(Handle,
   * ReservationToken)}.
   */
  public Reservation cancel(Handle handle, long reservationId) {
    long spaceId =
        handle
            .createQuery(SPACE_OF_RESERVATION)
            .bind("id", reservationId)
            .mapTo(Long.class)
            .findOne()
            .orElseThrow(() -> unknownReservation(reservationId));
    writer.lockSharingSpaces(handle, List.of(spaceId));
    Reservation reservation = lock(handle, reservationId);
    Reservation canceled = move(handle, reservation, Event.CANCEL, now(handle));
    if (reservation.state().occupies()) {
      ReservationTable.free(handle, List.of(reservationId));
      raise(handle, List.of(spaceId), "reservation " + reservationId);
    }
    return canceled;
  }

  /** The reservation of a token, if there is one. */
  public Optional<Reservation> find(ReservationToken token) {
    return database.withHandle(handle -> ReservationTable.find(handle, token));
  }

  /**
   * Ends holds that were over at {@code now}, the oldest first, and frees their units.
   *
   * @param limit 1 to {@link #MAXIMUM_EXPIRED_AT_ONCE}
   * @return how many it ended; if it is the limit, there may be more
   */
  public int expireDue(Instant now, int limit) {
    return database.inTransaction(handle -> expireDue(handle, now, limit));
  }

  /** {@link #expireDue(Instant, int)} in the caller's transaction. */
  public int expireDue(Handle handle, Instant now, int limit) {
    if (limit < 1 || limit > MAXIMUM_EXPIRED_AT_ONCE) {
      throw new InvalidValueException(
          "limit", Integer.toString(limit), "must be between 1 and " + MAXIMUM_EXPIRED_AT_ONCE);
    }
    List<InSpace> due = ReservationTable.due(handle, now, limit);
    if (due.isEmpty()) {
      return 0;
    }
    writer.lockSharingSpaces(handle, spaces(due));
    List<InSpace> expired = ReservationTable.expire(handle, reservations(due), now);
    if (!expired.isEmpty()) {
      raise(handle, spaces(expired), expired.size() + " expired holds");
    }
    return expired.size();
  }

  private Held occupy(
      Handle handle,
      long planId,
      Instant start,
      Instant end,
      Instant now,
      Instant expiresAt,
      Decision.Accepted accepted) {
    ReservationToken token = ReservationToken.random();
    long id =
        ReservationTable.insertHeld(
            handle, planId, start, end, expiresAt, token, accepted.quote(), now);
    boolean occupied =
        ReservationTable.occupy(
            handle, id, accepted.unitIds(), accepted.occupiedFrom(), accepted.occupiedTo());
    if (!occupied) {
      throw new SlotUnavailableException(
          planId,
          start,
          end,
          List.of(
              new Explanation.Reason(
                  Unavailable.OCCUPIED, "It was taken by another booking just now.")));
    }
    holds.held(handle.getConnection(), id, expiresAt);
    return new Held(id, token, expiresAt, accepted.quote());
  }

  private Instant now(Handle handle) {
    return clock.apply(handle.getConnection());
  }

  private Reservation move(Handle handle, Reservation reservation, Event event, Instant now) {
    ReservationState next =
        reservation
            .state()
            .after(event)
            .orElseThrow(
                () -> new ReservationStateException(reservation.id(), reservation.state(), event));
    if (next != reservation.state()) {
      ReservationTable.setState(handle, reservation.id(), next, now);
    }
    return reservation.with(next);
  }

  /** Looks a day further than the longest buffers: more than any booking can be in the way. */
  private List<InSpace> dueInTheWay(Handle handle, long spaceId, Instant start, Instant end) {
    Duration reach = Duration.ofMinutes(BookingRules.MAXIMUM_BUFFER_MINUTES).plusDays(1);
    return ReservationTable.dueInTheWay(
        handle, spaceId, start.minus(reach), end.plus(reach), now(handle));
  }

  private Truth truth(Handle handle, long planId, Instant start, Instant end) {
    // What is longer than any booking is refused whatever is occupied.
    Instant longest = start.plus(Duration.ofMinutes(BookingRules.MAXIMUM_BOOKING_MINUTES));
    LocalDate from = LocalDate.ofInstant(start, ZoneOffset.UTC);
    LocalDate to = LocalDate.ofInstant(end.isBefore(longest) ? end : longest, ZoneOffset.UTC);
    Truth truth = reader.read(handle, List.of(planId), from, to).get(planId);
    if (truth == null) {
      throw new UnknownEntityException("plan", planId);
    }
    return truth;
  }

  private void raise(Handle handle, Collection<Long> spaceIds, String source) {
    writer.raise(handle, writer.sharingSpaces(handle, spaceIds), source);
  }

  private static Reservation find(Handle handle, ReservationToken token) {
    return ReservationTable.find(handle, token)
        .orElseThrow(() -> new UnknownReservationException("No reservation has this token"));
  }

  private static Reservation lock(Handle handle, long reservationId) {
    return ReservationTable.lock(handle, reservationId)
        .orElseThrow(() -> unknownReservation(reservationId));
  }

  private static long spaceOf(Handle handle, long planId) {
    return handle
        .createQuery(SPACE_OF_PLAN)
        .bind("planId", planId)
        .mapTo(Long.class)
        .findOne()
        .orElseThrow(() -> new UnknownEntityException(TruthTables.PLANS.entity(), planId));
  }

  private static Set<Long> spaces(List<InSpace> reservations) {
    Set<Long> spaces = new HashSet<>();
    reservations.forEach(reservation -> spaces.add(reservation.spaceId()));
    return spaces;
  }

  private static List<Long> reservations(List<InSpace> reservations) {
    return reservations.stream().map(InSpace::reservationId).toList();
  }

  private static void checkHold(Duration holdFor) {
    if (holdFor.compareTo(MINIMUM_HOLD) < 0 || holdFor.compareTo(MAXIMUM_HOLD) > 0) {
      throw new InvalidValueException(
          "holdFor",
          holdFor.toString(),
          "must be between " + MINIMUM_HOLD + " and " + MAXIMUM_HOLD);
    }
  }

  private static void checkTimes(Instant start, Instant end) {
    if (!start.isBefore(end)) {
      throw new InvalidValueException("end", end.toString(), "must be after the start " + start);
    }
    checkWithinCalendar("start", start);
    checkWithinCalendar("end", end);
  }

  private static void checkWithinCalendar(String field, Instant time) {
    Instant earliest = CalendarCalculator.EARLIEST_DATE.atStartOfDay().toInstant(ZoneOffset.UTC);
    Instant latest = CalendarCalculator.LATEST_DATE.atStartOfDay().toInstant(ZoneOffset.UTC);
    if (time.isBefore(earliest) || time.isAfter(latest)) {
      throw new InvalidValueException(
          field, time.toString(), "must be between " + earliest + " and " + latest);
    }
  }

  private static UnknownReservationException unknownReservation(long id) {
    return new UnknownReservationException("There is no reservation " + id);
  }
}
