package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.store.Revised;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Rows of {@code special_periods.csv}: one row for each space and first day. */
final class SpecialPeriodRows implements RowChange<Space> {

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
    return row.text("space") + " " + row.text("from");
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
    LocalDate from = row.value("from", LocalDate.EPOCH, null, SpecialPeriodRows::date);
    LocalDate to = row.value("to", LocalDate.EPOCH, null, SpecialPeriodRows::date);
    row.check();
    SpecialPeriod period =
        new SpecialPeriod(from, to, row.text("name"), SpecialPeriod.parseHours(row.text("hours")));
    return Revised.specialPeriod(space, period);
  }

  @Override
  public RowCounts.Status status(Row row, @Nullable Space before, Space after) {
    boolean added =
        before != null && before.specialPeriods().size() < after.specialPeriods().size();
    return added ? RowCounts.Status.ADDED : RowChange.super.status(row, before, after);
  }

  static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidValueException("", text, "must be a date such as 2026-12-29");
    }
  }
}
