package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.booking.ExternalOutcome;
import dev.ekiden.calendar.booking.ExternalReservation;
import dev.ekiden.calendar.booking.ExternalReservations;
import dev.ekiden.calendar.booking.PlanPlace;
import dev.ekiden.calendar.store.TruthWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** Rows of {@code reservations.csv}. */
final class ReservationRows implements BatchWriter {

  /** The longest code of a reservation, in characters. */
  static final int MAXIMUM_CODE_LENGTH = 64;

  private final ExternalReservations reservations;
  private final InstantSource clock;

  ReservationRows(TruthWriter writer, InstantSource clock) {
    this.reservations = new ExternalReservations(writer);
    this.clock = clock;
  }

  @Override
  public String identity(Row row) {
    return row.text("code");
  }

  @Override
  public String identityColumn(Row row) {
    return "code";
  }

  @Override
  public void write(Handle handle, List<Row> rows, BatchResult result) {
    Map<String, PlanPlace> places =
        reservations.places(handle, rows.stream().map(row -> row.text("plan")).distinct().toList());
    List<Row> accepted = new ArrayList<>();
    List<ExternalReservation> wanted = new ArrayList<>();
    for (Row row : rows) {
      ExternalReservation reservation = row.accept("code", result, () -> reservation(row, places));
      if (reservation != null) {
        accepted.add(row);
        wanted.add(reservation);
      }
    }
    List<ExternalOutcome> outcomes =
        reservations.put(handle, wanted, clock.instant(), result.name());
    for (int index = 0; index < accepted.size(); index++) {
      count(accepted.get(index), outcomes.get(index), result);
    }
  }

  private static void count(Row row, ExternalOutcome outcome, BatchResult result) {
    switch (outcome) {
      case ExternalOutcome.Added added -> result.count(RowCounts.Status.ADDED);
      case ExternalOutcome.Changed changed -> result.count(RowCounts.Status.CHANGED);
      case ExternalOutcome.Unchanged unchanged -> result.count(RowCounts.Status.UNCHANGED);
      case ExternalOutcome.Conflict(String resource, String with) ->
          result.refuse(
              row,
              "start",
              "no unit of %s is free in that time, buffers included: it overlaps %s"
                  .formatted(resource, with));
      case ExternalOutcome.OtherPlan other ->
          result.refuse(row, "plan", "a reservation of this code belongs to another plan");
    }
  }

  private static ExternalReservation reservation(Row row, Map<String, PlanPlace> places) {
    String code = row.required("code");
    if (code.length() > MAXIMUM_CODE_LENGTH) {
      row.problem("code", "must be at most " + MAXIMUM_CODE_LENGTH + " characters");
    }
    PlanPlace place = places.get(row.text("plan"));
    if (place == null) {
      throw RowChange.unknown("plan", row, "plan");
    }
    row.required("start");
    row.required("end");
    Instant start =
        row.value("start", Instant.EPOCH, null, text -> time(text, place.zone(), false));
    Instant end = row.value("end", Instant.EPOCH, null, text -> time(text, place.zone(), true));
    boolean canceled = row.value("state", false, null, ReservationRows::canceled);
    OptionalLong total = row.value("total", OptionalLong.empty(), null, ReservationRows::total);
    row.check();
    if (!start.isBefore(end)) {
      throw new InvalidValueException("end", row.text("end"), "must be after the start");
    }
    return new ExternalReservation(code, place, start, end, canceled, total);
  }

  /** Where the clock is set back, an end is the later of two moments, a start the earlier. */
  private static Instant time(String text, ZoneId zone, boolean isEnd) {
    try {
      TemporalAccessor time =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
              text.replace(' ', 'T'), ZonedDateTime::from, LocalDateTime::from);
      Instant instant =
          switch (time) {
            case ZonedDateTime zoned -> zoned.toInstant();
            default -> local(LocalDateTime.from(time).atZone(zone), isEnd);
          };
      int year = instant.atZone(zone).getYear();
      if (year <= CalendarCalculator.EARLIEST_DATE.getYear()
          || year >= CalendarCalculator.LATEST_DATE.getYear()) {
        throw new InvalidValueException(
            "",
            text,
            "must be after %s and before %s"
                .formatted(CalendarCalculator.EARLIEST_DATE, CalendarCalculator.LATEST_DATE));
      }
      return instant;
    } catch (DateTimeException e) {
      throw new InvalidValueException(
          "",
          text,
          "must be a time such as 2026-11-21T10:00+09:00, or 2026-11-21T10:00 on the venue's clock");
    }
  }

  private static Instant local(ZonedDateTime time, boolean isEnd) {
    return (isEnd ? time.withLaterOffsetAtOverlap() : time.withEarlierOffsetAtOverlap())
        .toInstant();
  }

  private static boolean canceled(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "confirmed" -> false;
      case "canceled" -> true;
      default -> throw new InvalidValueException("", text, "must be confirmed or canceled");
    };
  }

  private static OptionalLong total(String text) {
    long total = Row.parseAmount(text);
    if (total < 0) {
      throw new InvalidValueException("", text, "must not be negative");
    }
    return OptionalLong.of(total);
  }
}
