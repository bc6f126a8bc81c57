package dev.ekiden.calendar.read;

import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.read.SpaceSearch.Found;
import dev.ekiden.calendar.read.SpaceSearch.Look;
import dev.ekiden.calendar.read.SpaceSearch.Question;
import dev.ekiden.calendar.store.SearchTable;
import dev.ekiden.calendar.store.SearchTable.Candidate;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Finds the spaces that have a plan which can be booked at a time, the cheapest first, by cached
 * calendars alone. What is cheapest is only known when all plans have been looked at, so every page
 * looks at all of them. Stateless; safe for use by many threads.
 */
public final class CheapestFirst {

  /** How many plans one search looks at; those after them are not found. */
  public static final int MAXIMUM_SCANNED = 20_000;

  private static final int BATCH = 1_000;

  private static final String DEFAULT_CURRENCY = PriceTerms.DEFAULT_CURRENCY.getCurrencyCode();

  /** Amounts of several currencies cannot be compared: the default currency comes first. */
  private static final Comparator<Position> ORDER =
      Comparator.comparing((Position position) -> !position.currency().equals(DEFAULT_CURRENCY))
          .thenComparing(Position::currency)
          .thenComparingLong(Position::total)
          .thenComparingLong(Position::spaceId);

  /** Where a space stands in the order. */
  public record Position(String currency, long total, long spaceId) {
    static Position of(FoundSpace space) {
      return new Position(
          space.cheapest().quote().currency().getCurrencyCode(),
          space.cheapest().quote().total(),
          space.cheapest().candidate().spaceId());
    }
  }

  /**
   * A space.
   *
   * @param plans how many of its plans can be booked then
   */
  public record FoundSpace(Found cheapest, int plans) {

    private FoundSpace and(FoundSpace other) {
      boolean cheaper = ORDER.compare(Position.of(other), Position.of(this)) < 0;
      return new FoundSpace(cheaper ? other.cheapest : cheapest, plans + other.plans);
    }
  }

  /**
   * A page.
   *
   * @param total how many spaces there are on all pages
   * @param ready whether the calendars of all plans looked at have been computed for that time
   * @param complete whether all plans were looked at
   * @param next after which the next page begins; empty on the last
   */
  public record Page(
      List<FoundSpace> found,
      int total,
      boolean ready,
      boolean complete,
      Optional<Position> next) {}

  /**
   * The spaces after a position, at most {@code limit}.
   *
   * @param after null to begin
   */
  public Page search(
      Handle handle, Question question, @Nullable Position after, int limit, Instant now) {
    Map<Long, FoundSpace> spaces = new HashMap<>();
    boolean ready = true;
    boolean complete = false;
    long last = 0;
    for (int scanned = 0; scanned < MAXIMUM_SCANNED && !complete; scanned += BATCH) {
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
        last = candidate.planId();
        Look look = SpaceSearch.look(candidate, question, now);
        ready &= look.ready();
        if (look.found() != null) {
          spaces.merge(candidate.spaceId(), new FoundSpace(look.found(), 1), FoundSpace::and);
        }
      }
      complete = candidates.size() < BATCH;
    }
    List<FoundSpace> rest =
        spaces.values().stream()
            .filter(space -> after == null || ORDER.compare(Position.of(space), after) > 0)
            .sorted(Comparator.comparing(Position::of, ORDER))
            .toList();
    List<FoundSpace> page = rest.subList(0, Math.min(limit, rest.size()));
    return new Page(
        page,
        spaces.size(),
        ready,
        complete,
        page.size() < rest.size() ? Optional.of(Position.of(page.getLast())) : Optional.empty());
  }
}
