package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.BookingCheck.Decision;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.booking.ReservationTable.InSpace;
import dev.ekiden.calendar.store.TruthReader;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.calendar.store.UnknownEntityException;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Decides by the truth, under the locks of all spaces that share its units, whether a time can be
 * booked, and ends expired holds that are in its way. Thread-safe.
 */
final class SlotCheck {

  private static final String SPACE_OF_PLAN =
      """
      SELECT space_id
      FROM calendar.plan
      WHERE id = :planId
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

  /** A time of a plan that somebody wants. */
  record Wish(long planId, Instant start, Instant end) {

    Wish {
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
  }

  /**
   * A wish that can be fulfilled in this transaction.
   *
   * @param plan as it is under the locks
   * @param spaceId of the plan
   * @param freed spaces whose expired holds were ended on the way
   */
  record Granted(
      Wish wish,
      Plan plan,
      long spaceId,
      Decision.Accepted accepted,
      Instant now,
      Set<Long> freed) {}

  /** A reservation that gives up its place for the wish, in the same transaction. */
  interface Own {

    /** Frees its units once the spaces are locked; the ids of those units. */
    Set<Long> giveUp(Instant now);

    /** Whether the wish begins when the reservation did, so that rules about now do not matter. */
    boolean keepsStart();

    /** A booking that is new gives up nothing. */
    Own NONE =
        new Own() {
          @Override
          public Set<Long> giveUp(Instant now) {
            return Set.of();
          }

          @Override
          public boolean keepsStart() {
            return false;
          }
        };
  }

  private final TruthReader reader = new TruthReader();
  private final TruthWriter writer;
  private final BookingCheck check;
  private final Function<Connection, Instant> clock;
  private final ReservationListener listener;

  SlotCheck(
      TruthWriter writer,
      BookingCheck check,
      Function<Connection, Instant> clock,
      ReservationListener listener) {
    this.listener = listener;
    this.writer = writer;
    this.check = check;
    this.clock = clock;
  }

  /**
   * Locks and decides.
   *
   * @param alsoLock spaces besides that of the plan
   * @throws SlotUnavailableException if it cannot be booked, with all reasons
   * @throws UnknownEntityException if there is no such plan
   */
  Granted grant(Handle handle, Wish wish, Collection<Long> alsoLock, Own own) {
    long spaceId = spaceOf(handle, wish.planId());
    handle.createQuery(KEEP_VENUE).bind("spaceId", spaceId).mapTo(Long.class).one();
    List<InSpace> due = dueInTheWay(handle, spaceId, wish);
    Set<Long> spaces = InSpace.spaces(due);
    spaces.add(spaceId);
    spaces.addAll(alsoLock);
    writer.lockSharingSpaces(handle, spaces);
    handle.createQuery(KEEP_PLAN).bind("planId", wish.planId()).mapTo(Long.class).one();

    Instant now = clock.apply(handle.getConnection());
    Set<Long> ownUnits = own.giveUp(now);
    List<InSpace> expired = ReservationTable.expire(handle, InSpace.reservations(due), now);
    if (!expired.isEmpty()) {
      listener.happened(
          handle.getConnection(), ReservationState.Event.EXPIRE, InSpace.reservations(expired));
    }
    Truth truth = truth(handle, wish);
    Instant asOf = own.keepsStart() ? latestMoment(truth, wish) : now;
    return switch (check.decide(truth, wish.start(), wish.end(), asOf, ownUnits)) {
      case Decision.Refused(var explanation) ->
          throw new SlotUnavailableException(
              wish.planId(), wish.start(), wish.end(), explanation.reasons());
      case Decision.Accepted accepted ->
          new Granted(wish, truth.plan(), spaceId, accepted, now, InSpace.spaces(expired));
    };
  }

  /** The last moment at which the plan could be booked for this start. */
  private static Instant latestMoment(Truth truth, Wish wish) {
    return wish.start().minus(Duration.ofMinutes(truth.plan().rules().minimumNoticeMinutes()));
  }

  /** Looks a day further than the longest buffers: more than any booking can be in the way. */
  private List<InSpace> dueInTheWay(Handle handle, long spaceId, Wish wish) {
    Duration reach = Duration.ofMinutes(BookingRules.MAXIMUM_BUFFER_MINUTES).plusDays(1);
    return ReservationTable.dueInTheWay(
        handle,
        spaceId,
        wish.start().minus(reach),
        wish.end().plus(reach),
        clock.apply(handle.getConnection()));
  }

  private Truth truth(Handle handle, Wish wish) {
    // What is longer than any booking is refused whatever is occupied.
    Instant longest = wish.start().plus(Duration.ofMinutes(BookingRules.MAXIMUM_BOOKING_MINUTES));
    Instant end = wish.end().isBefore(longest) ? wish.end() : longest;
    LocalDate from = LocalDate.ofInstant(wish.start(), ZoneOffset.UTC);
    LocalDate to = LocalDate.ofInstant(end, ZoneOffset.UTC);
    Truth truth = reader.read(handle, List.of(wish.planId()), from, to).get(wish.planId());
    if (truth == null) {
      throw new UnknownEntityException("plan", wish.planId());
    }
    return truth;
  }

  private static long spaceOf(Handle handle, long planId) {
    return handle
        .createQuery(SPACE_OF_PLAN)
        .bind("planId", planId)
        .mapTo(Long.class)
        .findOne()
        .orElseThrow(() -> new UnknownEntityException(TruthTables.PLANS.entity(), planId));
  }
}
