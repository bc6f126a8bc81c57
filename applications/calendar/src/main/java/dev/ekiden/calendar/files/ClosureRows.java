package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.store.Revised;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Rows of {@code closures.csv}: one row for each space and time. */
final class ClosureRows implements RowChange<Space> {

  @Override
  public TruthTable<Space> table() {
    return TruthTables.SPACES;
  }

  @Override
  public String keyColumn() {
    return "space";
  }

  @Override
  public String identity(Row row) {
    return row.text("space") + " " + row.text("from") + " " + row.text("to");
  }

  @Override
  public String mainColumn() {
    return "from";
  }

  @Override
  public Space apply(Row row, @Nullable Space before) {
    Space space = RowChange.existing(this, row, before);
    row.required("from");
    row.required("to");
    LocalDateTime from = row.value("from", LocalDateTime.MIN, null, text -> time(text, 0));
    LocalDateTime to = row.value("to", LocalDateTime.MAX, null, text -> time(text, 1));
    row.check();
    String reason = row.has("reason") ? row.text("reason") : storedReason(space, from, to);
    return Revised.closure(space, new Closure(from, to, reason));
  }

  @Override
  public RowCounts.Status status(Row row, @Nullable Space before, Space after) {
    boolean added = before != null && before.closures().size() < after.closures().size();
    return added ? RowCounts.Status.ADDED : RowChange.super.status(row, before, after);
  }

  private static String storedReason(Space space, LocalDateTime from, LocalDateTime to) {
    return space.closures().stream()
        .filter(closure -> closure.from().equals(from) && closure.to().equals(to))
        .map(Closure::reason)
        .findFirst()
        .orElse("");
  }

  /** A local time; or a date, which is the midnight so many days after it. */
  private static LocalDateTime time(String text, int daysAfter) {
    try {
      return text.length() <= 10
          ? LocalDate.parse(text).plusDays(daysAfter).atTime(LocalTime.MIDNIGHT)
          : LocalDateTime.parse(text.replace(' ', 'T'));
    } catch (DateTimeParseException e) {
      throw new InvalidValueException(
          "", text, "must be a date such as 2026-12-29 or a local time such as 2026-12-29T10:00");
    }
  }
}
