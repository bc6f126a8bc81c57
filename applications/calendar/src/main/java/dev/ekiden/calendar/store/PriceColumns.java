package dev.ekiden.calendar.store;

import dev.ekiden.calendar.availability.DayKind;
import dev.ekiden.calendar.availability.PriceDays;
import dev.ekiden.calendar.availability.PriceRule;
import dev.ekiden.calendar.availability.TimeRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The days of a price rule as two columns: a bit for each {@link DayKind}, or a special period. */
final class PriceColumns {

  private PriceColumns() {}

  static @Nullable Integer days(PriceRule rule) {
    return switch (rule.days()) {
      case PriceDays.OnDays on -> bits(on.kinds());
      case PriceDays.Any any -> null;
      case PriceDays.InSpecialPeriod in -> null;
    };
  }

  static @Nullable String specialPeriod(PriceRule rule) {
    return switch (rule.days()) {
      case PriceDays.InSpecialPeriod in -> in.name();
      case PriceDays.Any any -> null;
      case PriceDays.OnDays on -> null;
    };
  }

  static PriceRule read(ResultSet row) throws SQLException {
    TimeRange time = new TimeRange(row.getInt("start_minute"), row.getInt("end_minute"));
    return new PriceRule(
        days(row.getObject("days", Integer.class), row.getString("special_period")),
        time,
        row.getLong("amount_per_hour"));
  }

  private static PriceDays days(@Nullable Integer bits, @Nullable String specialPeriod) {
    if (specialPeriod != null) {
      return new PriceDays.InSpecialPeriod(specialPeriod);
    }
    return bits == null ? new PriceDays.Any() : new PriceDays.OnDays(kinds(bits));
  }

  private static int bits(Set<DayKind> kinds) {
    return kinds.stream().mapToInt(kind -> 1 << DayKindNumbers.number(kind)).sum();
  }

  private static Set<DayKind> kinds(int bits) {
    Set<DayKind> kinds = EnumSet.allOf(DayKind.class);
    kinds.removeIf(kind -> (bits & 1 << DayKindNumbers.number(kind)) == 0);
    return kinds;
  }
}
