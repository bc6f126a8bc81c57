package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.BookingCheck.Decision;
import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.Explanation;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Unavailable;
import dev.ekiden.calendar.booking.ChangeRefusedException.Why;
import dev.ekiden.calendar.booking.ReservationState.Event;
import dev.ekiden.calendar.booking.ReservationTable.InSpace;
import dev.ekiden.calendar.booking.SlotCheck.Granted;
import dev.ekiden.calendar.booking.SlotCheck.Wish;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.calendar.store.UnknownEntityException;
import dev.ekiden.postgres.Database;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Books slots. A booking is decided by the truth under the locks of all spaces that share its
 * units, never by the cache; if another program writes past those locks, the exclusion constraint
 * on units refuses the second of two.
 *
 * <p>A slot is first held, then confirmed with the token within the hold, or it expires. Where the
 * plan wants it, confirming makes a request, which the operator approves or rejects in time, or it
 * expires. {@code confirm}, {@code approve}, {@code reject} and {@code cancel} may be repeated. A
 * confirmed reservation can be moved and extended: it has its old time until the transaction that
 * gives it the new one commits. Each operation exists twice: as a transaction of its own, and on
 * the handle of a caller's transaction, which must be rolled back on a {@link BookingException}.
 *
 * <p>Expired holds and requests stand in nobody's way: a booking that meets one ends it. {@link
 * #expireDue} ends the others, so that their slots are seen as free. Safe for use by many threads.
 */
public final class BookingService {

  /** How long a slot is held if nothing else is asked for. */
  public static final Duration DEFAULT_HOLD = Duration.ofMinutes(5);

  public static final Duration MINIMUM_HOLD = Duration.ofSeconds(1);
  public static final Duration MAXIMUM_HOLD = Duration.ofHours(1);

  /** A request waits at least so long, also if the booking is to start before. */
  public static final Duration MINIMUM_REQUEST = Duration.ofMinutes(1);

  /** The most holds and requests that one {@link #expireDue} ends. */
  public static final int MAXIMUM_EXPIRED_AT_ONCE = 1_000;

  private static final String SPACE_OF_RESERVATION =
      """
      SELECT plan.space_id
      FROM calendar.reservation
      JOIN calendar.plan ON plan.id = reservation.plan_id
      WHERE reservation.id = :id
      """;

  private static final String APPROVAL_MINUTES =
      """
      SELECT approval_minutes
      FROM calendar.plan
      WHERE id = :planId
      """;

  private final Database database;
  private final TruthWriter writer;
  private final SlotCheck slots;
  private final Function<Connection, Instant> clock;
  private final HoldListener holds;
  private final ReservationListener listener;

  /** With a clock that needs no database, and nobody told of anything. */
  public BookingService(
      Database database, TruthWriter writer, BookingCheck check, InstantSource clock) {
    this(
        database,
        writer,
        check,
        connection -> clock.instant(),
        (connection, reservationId, expiresAt) -> {},
        (connection, event, reservationIds) -> {});
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
      HoldListener holds,
      ReservationListener listener) {
    this.database = database;
    this.writer = writer;
    this.slots = new SlotCheck(writer, check, clock, listener);
    this.clock = clock;
    this.holds = holds;
    this.listener = listener;
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
    Wish wish = new Wish(planId, start, end);
    Granted granted = slots.grant(handle, wish, Set.of(), SlotCheck.Own.NONE);
    ReservationToken token = ReservationToken.random();
    Instant expiresAt = granted.now().plus(holdFor);
    long id = ReservationTable.insertHeld(handle, granted, expiresAt, token);
    occupy(handle, id, granted);
    holds.held(handle.getConnection(), id, expiresAt);
    Set<Long> raised = granted.freed();
    raised.add(granted.spaceId());
    raise(handle, raised, "reservation " + id);
    return new Held(id, token, expiresAt, granted.accepted().quote());
  }

  /**
   * Makes a held reservation final, or a request where the operator has to approve. Repeating it
   * returns the same reservation.
   *
   * @throws HoldExpiredException if the hold is over, whether or not it was ended already
   * @throws ReservationStateException if it was canceled or rejected
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
    checkNotExpired(reservation, now);
    return switch (reservation.state()) {
      case HELD -> {
        int approvalMinutes = approvalMinutes(handle, reservation.planId());
        yield approvalMinutes > 0
            ? request(handle, reservation, approvalMinutes, now)
            : move(handle, reservation, Event.CONFIRM, now);
      }
      case REQUESTED -> move(handle, reservation, Event.REQUEST, now);
      case CONFIRMED, REJECTED, EXPIRED, CANCELED -> move(handle, reservation, Event.CONFIRM, now);
    };
  }

  /** A request is no use once its booking should have begun. */
  private Reservation request(
      Handle handle, Reservation reservation, int approvalMinutes, Instant now) {
    Instant answerBy = now.plus(Duration.ofMinutes(approvalMinutes));
    Instant latest =
        reservation.start().isAfter(now.plus(MINIMUM_REQUEST))
            ? reservation.start()
            : now.plus(MINIMUM_REQUEST);
    Instant expiresAt = answerBy.isBefore(latest) ? answerBy : latest;
    Reservation requested = move(handle, reservation, Event.REQUEST, now);
    ReservationTable.setExpiry(handle, reservation.id(), expiresAt);
    holds.held(handle.getConnection(), reservation.id(), expiresAt);
    return requested.expiringAt(expiresAt);
  }

  /**
   * The operator takes a request. Repeating it returns the same reservation.
   *
   * @throws HoldExpiredException if the request is over
   * @throws ReservationStateException if it is no request
   * @throws UnknownReservationException if there is no such reservation
   */
  public Reservation approve(long reservationId) {
    return database.inTransaction(handle -> {
      Reservation reservation = lock(handle, reservationId);
      Instant now = now(handle);
      if (reservation.state() != ReservationState.HELD) {
        checkNotExpired(reservation, now);
      }
      return move(handle, reservation, Event.APPROVE, now);
    });
  }

  /**
   * The operator refuses a request, and its units are free. Repeating it returns the same
   * reservation.
   *
   * @throws ReservationStateException if it is no request
   * @throws UnknownReservationException if there is no such reservation
   */
  public Reservation reject(long reservationId) {
    return database.inTransaction(
        handle -> release(handle, reservationId, Event.REJECT, Actor.OPERATOR));
  }

  /**
   * Requests that wait for the operator's answer, in the order of their ids.
   *
   * @param after only ids after this; 0 to begin
   */
  public List<Reservation> requests(long after, int limit) {
    return database.withHandle(handle -> ReservationTable.requests(handle, after, limit));
  }

  /**
   * Takes a reservation back and frees its units; a guest who is late pays the fee agreed on.
   * Repeating it returns the same reservation.
   *
   * @throws ReservationStateException if it has expired or was rejected
   * @throws UnknownReservationException if no reservation has this token
   */
  public Reservation cancel(ReservationToken token) {
    return database.inTransaction(handle -> cancel(handle, token));
  }

  /** {@link #cancel(ReservationToken)} in the caller's transaction. */
  public Reservation cancel(Handle handle, ReservationToken token) {
    return release(handle, find(handle, token).id(), Event.CANCEL, Actor.GUEST);
  }

  /**
   * Cancels for the operator, who needs no token and takes no fee; otherwise as {@link
   * #cancel(Handle, ReservationToken)}.
   */
  public Reservation cancel(Handle handle, long reservationId) {
    return release(handle, reservationId, Event.CANCEL, Actor.OPERATOR);
  }

  /**
   * Gives a confirmed reservation another time, length or plan, at the price that a new booking
   * would have. It keeps its units where they are free. Nothing changes if that cannot be booked.
   * If it has all that already, nothing changes and the price stays.
   *
   * @param planId the plan it is to have, the same or another one
   * @throws SlotUnavailableException if it cannot be booked, with all reasons
   * @throws ChangeRefusedException if this actor may not change it like that now
   * @throws ReservationStateException if it is not confirmed
   * @throws UnknownReservationException if no reservation has this token
   */
  public Reservation change(
      ReservationToken token, long planId, Instant start, Instant end, Actor actor) {
    return database.inTransaction(handle -> change(handle, token, planId, start, end, actor));
  }

  /**
   * {@link #change(ReservationToken, long, Instant, Instant, Actor)} in the caller's transaction.
   */
  public Reservation change(
      Handle handle, ReservationToken token, long planId, Instant start, Instant end, Actor actor) {
    Wish wish = new Wish(planId, start, end);
    Reservation before = find(handle, token);
    if (before.state().after(Event.CHANGE).isEmpty()) {
      throw new ReservationStateException(before.id(), before.state(), Event.CHANGE);
    }
    long oldSpace = spaceOf(handle, before.id());
    Moving moving = new Moving(handle, before, wish, actor);
    if (moving.changesNothing()) {
      return before;
    }
    Granted granted = slots.grant(handle, wish, Set.of(oldSpace), moving);
    if (actor == Actor.GUEST && granted.plan().policy().needsApproval()) {
      throw new ChangeRefusedException(
          before.id(),
          Why.APPROVAL_REQUIRED,
          "The operator has to approve bookings of plan %s; ask there for a change"
              .formatted(granted.plan().code()));
    }
    ReservationTable.move(handle, before.id(), granted);
    listener.happened(handle.getConnection(), Event.CHANGE, List.of(before.id()));
    occupy(handle, before.id(), granted);
    Set<Long> raised = granted.freed();
    raised.add(granted.spaceId());
    raised.add(oldSpace);
    raise(handle, raised, "reservation " + before.id());
    return lock(handle, before.id());
  }

  /**
   * {@link #change} to a later end.
   *
   * @throws InvalidValueException if the end is before the one that it has
   */
  public Reservation extend(ReservationToken token, Instant end, Actor actor) {
    return database.inTransaction(handle -> extend(handle, token, end, actor));
  }

  /** {@link #extend(ReservationToken, Instant, Actor)} in the caller's transaction. */
  public Reservation extend(Handle handle, ReservationToken token, Instant end, Actor actor) {
    Reservation before = find(handle, token);
    if (end.isBefore(before.end())) {
      throw new InvalidValueException(
          "end", end.toString(), "must not be before the end that it has, " + before.end());
    }
    return change(handle, token, before.planId(), before.start(), end, actor);
  }

  /** The reservation of a token, if there is one. */
  public Optional<Reservation> find(ReservationToken token) {
    return database.withHandle(handle -> ReservationTable.find(handle, token));
  }

  /**
   * Ends holds and requests that were over at {@code now}, the oldest first, and frees their units.
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
    writer.lockSharingSpaces(handle, InSpace.spaces(due));
    List<InSpace> expired = ReservationTable.expire(handle, InSpace.reservations(due), now);
    if (!expired.isEmpty()) {
      listener.happened(handle.getConnection(), Event.EXPIRE, InSpace.reservations(expired));
      raise(handle, InSpace.spaces(expired), expired.size() + " expired holds");
    }
    return expired.size();
  }

  /** A confirmed reservation that gives up its time for another one. */
  private static final class Moving implements SlotCheck.Own {
    private final Handle handle;
    private final Reservation before;
    private final Wish wish;
    private final Actor actor;

    Moving(Handle handle, Reservation before, Wish wish, Actor actor) {
      this.handle = handle;
      this.before = before;
      this.wish = wish;
      this.actor = actor;
    }

    boolean changesNothing() {
      return keepsStart() && before.end().equals(wish.end());
    }

    @Override
    public boolean keepsStart() {
      return before.planId() == wish.planId() && before.start().equals(wish.start());
    }

    @Override
    public Set<Long> giveUp(Instant now) {
      Reservation locked = lock(handle, before.id());
      if (!locked.equals(before)) {
        // Somebody was faster: what was looked at and locked for is not what it is any more.
        throw refused(Why.CHANGED_MEANWHILE, "it was changed at this moment; try again");
      }
      check(now);
      return ReservationTable.free(handle, List.of(before.id()));
    }

    private void check(Instant now) {
      if (!now.isBefore(before.end())) {
        throw refused(Why.OVER, "it ended at " + before.end());
      }
      boolean begun = !now.isBefore(before.start());
      if (begun && !(keepsStart() && wish.end().isAfter(now))) {
        throw refused(
            Why.BEGUN, "it began at %s; only its end can be changed".formatted(before.start()));
      }
      boolean extended = keepsStart() && !wish.end().isBefore(before.end());
      if (actor == Actor.GUEST && before.terms().costsAt(now, before.start()) && !extended) {
        throw refused(
            Why.TOO_LATE,
            "canceling it costs a fee since %s; it can only be extended"
                .formatted(before.terms().freeUntil(before.start())));
      }
    }

    private ChangeRefusedException refused(Why why, String reason) {
      return new ChangeRefusedException(
          before.id(), why, "Reservation %d cannot be changed: %s".formatted(before.id(), reason));
    }
  }

  private Reservation release(Handle handle, long reservationId, Event event, Actor actor) {
    Reservation reservation = lockWithSpace(handle, reservationId);
    Instant now = now(handle);
    Reservation released = move(handle, reservation, event, now);
    if (!reservation.state().occupies()) {
      return released;
    }
    OptionalLong fee =
        actor == Actor.GUEST && event == Event.CANCEL
            ? reservation.cancelFeeAt(now)
            : OptionalLong.empty();
    ReservationTable.setCancelFee(handle, reservationId, fee);
    ReservationTable.free(handle, List.of(reservationId));
    raise(handle, List.of(spaceOf(handle, reservationId)), "reservation " + reservationId);
    return released.withCancelFee(fee);
  }

  /** Locks what shares units with the reservation, and then the reservation itself. */
  private Reservation lockWithSpace(Handle handle, long reservationId) {
    Set<Long> locked = new HashSet<>();
    while (true) {
      locked.addAll(writer.lockSharingSpaces(handle, List.of(spaceOf(handle, reservationId))));
      Reservation reservation = lock(handle, reservationId);
      // It may have moved to a plan of another space before its lock was granted.
      if (locked.contains(spaceOf(handle, reservationId))) {
        return reservation;
      }
    }
  }

  private void occupy(Handle handle, long id, Granted granted) {
    Decision.Accepted accepted = granted.accepted();
    boolean occupied =
        ReservationTable.occupy(
            handle, id, accepted.unitIds(), accepted.occupiedFrom(), accepted.occupiedTo());
    if (!occupied) {
      throw new SlotUnavailableException(
          granted.wish().planId(),
          granted.wish().start(),
          granted.wish().end(),
          List.of(
              new Explanation.Reason(
                  Unavailable.OCCUPIED, "It was taken by another booking just now.")));
    }
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
      listener.happened(handle.getConnection(), event, List.of(reservation.id()));
    }
    return reservation.with(next);
  }

  private void raise(Handle handle, Collection<Long> spaceIds, String source) {
    writer.raise(handle, writer.sharingSpaces(handle, spaceIds), source);
  }

  private static void checkNotExpired(Reservation reservation, Instant now) {
    boolean expired =
        reservation.state() == ReservationState.EXPIRED
            || (reservation.state().expires()
                && !now.isBefore(reservation.holdExpiresAt().orElseThrow()));
    if (expired) {
      throw new HoldExpiredException(reservation.id(), reservation.holdExpiresAt().orElseThrow());
    }
  }

  private static int approvalMinutes(Handle handle, long planId) {
    return handle
        .createQuery(APPROVAL_MINUTES)
        .bind("planId", planId)
        .mapTo(Integer.class)
        .findOne()
        .orElse(BookingPolicy.DEFAULT.approvalMinutes());
  }

  private static long spaceOf(Handle handle, long reservationId) {
    return handle
        .createQuery(SPACE_OF_RESERVATION)
        .bind("id", reservationId)
        .mapTo(Long.class)
        .findOne()
        .orElseThrow(() -> unknownReservation(reservationId));
  }

  private static Reservation find(Handle handle, ReservationToken token) {
    return ReservationTable.find(handle, token)
        .orElseThrow(() -> new UnknownReservationException("No reservation has this token"));
  }

  private static Reservation lock(Handle handle, long reservationId) {
    return ReservationTable.lock(handle, reservationId)
        .orElseThrow(() -> unknownReservation(reservationId));
  }

  private static void checkHold(Duration holdFor) {
    if (holdFor.compareTo(MINIMUM_HOLD) < 0 || holdFor.compareTo(MAXIMUM_HOLD) > 0) {
      throw new InvalidValueException(
          "holdFor",
          holdFor.toString(),
          "must be between " + MINIMUM_HOLD + " and " + MAXIMUM_HOLD);
    }
  }

  private static UnknownReservationException unknownReservation(long id) {
    return new UnknownReservationException("There is no reservation " + id);
  }
}
