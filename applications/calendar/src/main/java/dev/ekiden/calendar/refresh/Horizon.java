package dev.ekiden.calendar.refresh;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Which days a calendar holds at a moment: {@link #DAYS} from today on the venue's clock. */
record Horizon(Instant now) {

  static final int DAYS = 90;

  LocalDate first(ZoneId zone) {
    return LocalDate.ofInstant(now, zone);
  }

  LocalDate last(ZoneId zone) {
    return first(zone).plusDays(DAYS - 1L);
  }

  /** Not after the first day of any zone. */
  LocalDate earliest() {
    return LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(1);
  }

  /** Not before the last day of any zone. */
  LocalDate latest() {
    return LocalDate.ofInstant(now, ZoneOffset.UTC).plusDays(DAYS);
  }
}
