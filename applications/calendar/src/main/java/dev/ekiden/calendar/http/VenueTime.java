package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.CalendarCalculator;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;

/** Times of requests and answers: with an offset, or on the clock of the venue. */
final class VenueTime {

  private static final String ALLOWED =
      "must be a time such as 2026-12-24T18:00+09:00 or, on the venue's clock, 2026-12-24T18:00";

  private static final int BAD_REQUEST = 400;
  private static final int UNPROCESSABLE = 422;

  private final ZoneId zone;

  VenueTime(ZoneId zone) {
    this.zone = zone;
  }

  /** A time of the query. */
  Instant parse(Parameter parameter) {
    return parse(parameter.text(), parameter.name(), BAD_REQUEST);
  }

  /** A time of a JSON body. */
  Instant parse(String text, String field) {
    return parse(text, field, UNPROCESSABLE);
  }

  /** For answers, with the offset of the venue's clock. */
  String text(Instant instant) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(instant.atZone(zone));
  }

  /** Refuses an end that is not after the start. */
  static void checkOrder(Instant start, Instant end, int status) {
    if (!start.isBefore(end)) {
      throw refused(status, "end", "must be after the start " + start, end.toString());
    }
  }

  private Instant parse(String text, String field, int status) {
    Instant instant = read(text, field, status);
    LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
    if (!day.isAfter(CalendarCalculator.EARLIEST_DATE)
        || !day.isBefore(CalendarCalculator.LATEST_DATE)) {
      throw refused(
          status,
          field,
          "must be after %s and before %s"
              .formatted(CalendarCalculator.EARLIEST_DATE, CalendarCalculator.LATEST_DATE),
          text);
    }
    return instant;
  }

  private Instant read(String text, String field, int status) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException withOffset) {
      try {
        return onTheClock(LocalDateTime.parse(text), field, status);
      } catch (DateTimeParseException withoutOffset) {
        throw refused(status, field, ALLOWED, text);
      }
    }
  }

  /** A guess about a time that the clock shows twice, or never, could book another hour. */
  private Instant onTheClock(LocalDateTime local, String field, int status) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.size() != 1) {
      throw refused(
          status,
          field,
          offsets.isEmpty()
              ? "must be a time that the clock of " + zone + " shows: it is put forward then"
              : "must have an offset: the clock of %s shows that time twice, with %s and %s"
                  .formatted(zone, offsets.getFirst(), offsets.getLast()),
          local.toString());
    }
    return local.toInstant(offsets.getFirst());
  }

  private static ProblemException refused(int status, String field, String rule, String value) {
    return new ProblemException(
        Problem.of(
                status,
                status == BAD_REQUEST ? "invalid-parameter" : "invalid-field",
                "'%s' %s, not '%s'".formatted(field, rule, value))
            .withField(field));
  }
}
