package dev.ekiden.calendar.read;

import dev.ekiden.calendar.availability.Answer;
import dev.ekiden.calendar.availability.Quote;
import dev.ekiden.calendar.store.SearchTable;
import dev.ekiden.calendar.store.SearchTable.Candidate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Finds plans of all spaces that can be booked at a time, by their cached calendars alone: one
 * statement reads the calendars of {@value #BATCH} plans, and no rule is evaluated. Stateless; safe
 * for use by many threads.
 */
public final class SpaceSearch {

  /** How many plans one search looks at; the next page goes on from there. */
  public static final int MAXIMUM_SCANNED = 2_000;

  private static final int BATCH = 500;

  /** A time {@code [start, end)}. */
  public record Time(Instant start, Instant end) {}

  /**
   * What is looked for.
   *
   * @param first a day that is not after any venue's day of the time
   * @param last a day that is not before any venue's day of its end
   * @param time the time on a venue's clock
   * @param capacity people that the space must hold at least; 0 for any
   * @param units that must be free at least
   * @param currency of the price; null for any
   * @param minimumTotal the least total in minor units
   * @param maximumTotal the highest total
   * @param venue code of the venue; null for all
   * @param words each of which stands in the name of the venue, the space or the plan, in any case
   */
  public record Question(
      LocalDate first,
      LocalDate last,
      Function<ZoneId, Time> time,
      int capacity,
      int units,
      @Nullable Currency currency,
      long minimumTotal,
      long maximumTotal,
      @Nullable String venue,
      List<String> words) {

    public Question {
      words = List.copyOf(words);
    }
  }

  /** A plan that can be booked then. */
  public record Found(Candidate candidate, Time time, Quote quote, int units) {}

  /**
   * A page.
   *
   * @param ready whether the calendars of all plans looked at have been computed for that time
   * @param next the id after which the next page begins; empty on the last
   */
  public record Page(List<Found> found, boolean ready, Optional<Long> next) {}

  /**
   * What a candidate's calendar says.
   *
   * @param found the plan, null if it cannot be booked or is not what is looked for
   * @param ready whether its calendar has been computed for that time
   */
  record Look(@Nullable Found found, boolean ready) {}

  /** Plans in the order of their ids: at most {@code limit}, and maybe fewer before the end. */
  public Page search(Handle handle, Question question, long after, int limit, Instant now) {
    List<Found> found = new ArrayList<>();
    boolean ready = true;
    long last = after;
    for (int scanned = 0; scanned < MAXIMUM_SCANNED; scanned += BATCH) {
      List<Candidate> candidates =
          SearchTable.next(
              handle,
              last,
              question.capacity(),
              question.venue(),
              question.words(),
              question.first(),
              question.last(),
              BATCH);
      for (Candidate candidate : candidates) {
        if (found.size() == limit) {
          return new Page(found, ready, Optional.of(last));
        }
        last = candidate.planId();
        Look look = look(candidate, question, now);
        ready &= look.ready();
        if (look.found() != null) {
          found.add(look.found());
        }
      }
      if (candidates.size() < BATCH) {
        return new Page(found, ready, Optional.empty());
      }
    }
    return new Page(found, ready, Optional.of(last));
  }

  static Look look(Candidate candidate, Question question, Instant now) {
    Time time = question.time().apply(candidate.zone());
    ReadCalendar calendar = CalendarReader.read(candidate.calendar());
    return switch (calendar.availability().check(time.start(), time.end(), now)) {
      case Answer.Bookable(var quote) -> {
        int units = calendar.availability().unitsFree(time.start(), time.end());
        boolean matches = units >= question.units() && isInRange(question, quote);
        yield new Look(matches ? new Found(candidate, time, quote, units) : null, true);
      }
      case Answer.NotBookable _ -> new Look(null, true);
      case Answer.NotReady _ -> new Look(null, false);
    };
  }

  private static boolean isInRange(Question question, Quote quote) {
    return (question.currency() == null || question.currency().equals(quote.currency()))
        && quote.total() >= question.minimumTotal()
        && quote.total() <= question.maximumTotal();
  }
}
