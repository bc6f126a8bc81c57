package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of {@code plans.csv}. */
final class PlanRows implements RowChange<Plan> {

  private static final PriceList NO_PRICES = new PriceList(PriceTerms.DEFAULT, List.of());

  private Map<String, Long> spaceIds = Map.of();

  @Override
  public TruthTable<Plan> table() {
    return TruthTables.PLANS;
  }

  @Override
  public String keyColumn() {
    return "code";
  }

  @Override
  public void prepare(Handle handle, List<Row> rows) {
    spaceIds =
        TruthTables.SPACES.ids(
            handle, rows.stream().map(row -> row.text("space")).distinct().toList());
  }

  @Override
  public Plan apply(Row row, @Nullable Plan before) {
    Long spaceId = spaceIds.get(row.text("space"));
    if (spaceId == null) {
      throw RowChange.unknown("space", row, "space");
    }
    if (before != null && before.spaceId() != spaceId) {
      throw new InvalidValueException(
          "space", row.text("space"), "a plan stays with the space it was added to");
    }
    boolean published = row.flag("published", true, before == null ? null : before.published());
    BookingRules rules = rules(row, before == null ? null : before.rules());
    return new Plan(
        before == null ? 0 : before.id(),
        row.text("code"),
        spaceId,
        row.text("name"),
        published,
        rules,
        before == null ? WeeklyHours.NONE : before.rentableHours(),
        before == null ? NO_PRICES : before.prices(),
        policy(row, before == null ? null : before.policy()),
        before == null ? 1 : before.version());
  }

  private static BookingRules rules(Row row, @Nullable BookingRules stored) {
    BookingRules.Builder rules =
        BookingRules.builder()
            .unitMinutes(
                value(
                    row,
                    "unit_minutes",
                    BookingRules.DEFAULT_UNIT_MINUTES,
                    stored,
                    BookingRules::unitMinutes))
            .startAlignmentMinutes(
                value(
                    row, "start_alignment_minutes", 0, stored, BookingRules::startAlignmentMinutes))
            .minimumMinutes(value(row, "minimum_minutes", 0, stored, BookingRules::minimumMinutes))
            .maximumMinutes(
                value(
                    row,
                    "maximum_minutes",
                    BookingRules.DEFAULT_MAXIMUM_MINUTES,
                    stored,
                    BookingRules::maximumMinutes))
            .bufferBeforeMinutes(
                value(row, "buffer_before_minutes", 0, stored, BookingRules::bufferBeforeMinutes))
            .bufferAfterMinutes(
                value(row, "buffer_after_minutes", 0, stored, BookingRules::bufferAfterMinutes))
            .minimumNoticeMinutes(
                value(row, "minimum_notice_minutes", 0, stored, BookingRules::minimumNoticeMinutes))
            .bookingWindowDays(
                value(
                    row,
                    "booking_window_days",
                    BookingRules.DEFAULT_WINDOW_DAYS,
                    stored,
                    BookingRules::bookingWindowDays));
    return rules.build();
  }

  private static BookingPolicy policy(Row row, @Nullable BookingPolicy stored) {
    return new BookingPolicy(
        row.integer("approval_minutes", 0, stored == null ? null : stored.approvalMinutes()),
        row.integer("free_cancel_minutes", 0, stored == null ? null : stored.freeCancelMinutes()),
        row.integer("cancel_fee_percent", 0, stored == null ? null : stored.cancelFeePercent()));
  }

  private static int value(
      Row row,
      String column,
      int byDefault,
      @Nullable BookingRules stored,
      ToIntFunction<BookingRules> rule) {
    return row.integer(column, byDefault, stored == null ? null : rule.applyAsInt(stored));
  }
}
