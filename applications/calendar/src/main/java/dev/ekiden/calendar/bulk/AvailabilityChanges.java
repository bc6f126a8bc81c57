package dev.ekiden.calendar.bulk;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.store.ChangeTable;
import dev.ekiden.calendar.store.ChangeTable.ChangedPlan;
import dev.ekiden.calendar.store.SearchTable;
import dev.ekiden.calendar.store.SearchTable.Candidate;
import dev.ekiden.postgres.Database;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which calendars have changed since a receiver last asked, with all that they say now. A receiver
 * that replaces what it has of each plan it is told of, and goes on with the cursor of each page,
 * ends with exactly what is cached, whatever is changed meanwhile; it may ask for a page again.
 * Thread-safe.
 */
public final class AvailabilityChanges {

  /** The most plans of a page. */
  public static final int MAXIMUM_PLANS = 200;

  /**
   * A plan and all its days that were asked for.
   *
   * @param published whether customers see it; a plan that they do not see has no days
   */
  public record PlanChange(String plan, boolean published, List<PlanLines.Line> days) {}

  /**
   * A page.
   *
   * @param next where to go on
   * @param more whether there are more changes already
   */
  public record Changes(List<PlanChange> items, long next, boolean more) {}

  private final Database database;

  public AvailabilityChanges(Database database) {
    this.database = database;
  }

  /**
   * Where to begin for changes from now on; all that is read after it was asked for may be told
   * again.
   */
  long cursor() {
    number();
    return database.withHandle(ChangeTable::last);
  }

  /**
   * The changes after a cursor, oldest first.
   *
   * @param after 0 for all plans
   * @throws InvalidValueException if the cursor is later than any change: of another database, or
   *     of this one before it was restored
   */
  public Changes after(long after, LocalDate from, LocalDate to, int limit, Instant now) {
    number();
    long last = database.withHandle(ChangeTable::last);
    if (after > last) {
      throw new InvalidValueException(
          "after",
          Long.toString(after),
          "must not be later than the last change, %d: begin again with 0".formatted(last));
    }
    List<ChangedPlan> changed = new ArrayList<>();
    Map<Long, Candidate> plans =
        database.inSnapshot(handle -> {
          changed.addAll(ChangeTable.after(handle, after, limit));
          List<Long> ids = changed.stream().map(ChangedPlan::planId).toList();
          return SearchTable.of(handle, ids, from, to).stream()
              .collect(Collectors.toMap(Candidate::planId, Function.identity()));
        });
    List<PlanChange> items =
        changed.stream().map(plan -> change(plan, plans.get(plan.planId()), now)).toList();
    return new Changes(
        items, changed.isEmpty() ? after : changed.getLast().change(), changed.size() == limit);
  }

  private void number() {
    boolean more = true;
    while (more) {
      more = database.inTransaction(ChangeTable::number);
    }
  }

  private static PlanChange change(
      ChangedPlan changed, @Nullable Candidate published, Instant now) {
    return new PlanChange(
        changed.code(),
        changed.published(),
        published == null ? List.of() : PlanLines.of(published, now));
  }
}
