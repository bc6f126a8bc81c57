package dev.ekiden.calendar.files;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TruthScan;
import dev.ekiden.postgres.Database;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Exports what {@link CalendarImport} imports: all columns, UTF-8 with LF, streamed from one
 * snapshot, so that the files of one export fit together. Importing them again changes nothing.
 *
 * <p>Of the reservations those are exported that occupy something or were imported once; one that
 * has no code of its own goes by {@code id-} and its id, and is a new reservation where it is
 * imported. Holds are left out. Safe for use by many threads.
 */
public final class CalendarExport {

  private static final int FETCH_ROWS = 2_000;

  private static final String RESERVATIONS =
      """
      SELECT coalesce(reservation.code, 'id-' || reservation.id) AS code, plan.code AS plan,
             reservation.start_at, reservation.end_at, reservation.state, reservation.total,
             venue.zone
      FROM calendar.reservation
      JOIN calendar.plan ON plan.id = reservation.plan_id
      JOIN calendar.space ON space.id = plan.space_id
      JOIN calendar.venue ON venue.id = space.venue_id
      WHERE reservation.state = 'CONFIRMED'
        OR reservation.state = 'CANCELED' AND reservation.code IS NOT NULL
      ORDER BY reservation.id
      """;

  private final Database database;

  public CalendarExport(Database database) {
    this.database = database;
  }

  /**
   * Writes all files into a directory, which is made if need be; files of these names are replaced.
   *
   * @throws UncheckedIOException if a file cannot be written
   */
  public void toDirectory(Path directory) {
    database.inSnapshot(handle -> {
      try {
        Files.createDirectories(directory);
        for (CalendarFile file : CalendarFile.values()) {
          try (OutputStream output = Files.newOutputStream(directory.resolve(file.fileName()))) {
            write(handle, file, output);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot export to " + directory, e);
      }
      return directory;
    });
  }

  /**
   * Writes one file; the stream stays open.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(CalendarFile file, OutputStream output) {
    database.inSnapshot(handle -> {
      try {
        write(handle, file, output);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot export " + file.fileName(), e);
      }
      return file;
    });
  }

  private void write(Handle handle, CalendarFile file, OutputStream output) throws IOException {
    CsvWriter csv =
        CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(output, StandardCharsets.UTF_8);
    csv.writeRecord(Stream.concat(file.required().stream(), file.optional().stream()).toList());
    switch (file) {
      case VENUES -> TruthScan.eachVenue(handle, venue -> csv.writeRecord(venue(venue)));
      case SPACES ->
          TruthScan.eachSpace(
              handle, (venueCode, space, uses) -> csv.writeRecord(space(venueCode, space, uses)));
      case PLANS ->
          TruthScan.eachPlan(handle, (spaceCode, plan) -> csv.writeRecord(plan(spaceCode, plan)));
      case HOURS -> writeHours(handle, csv);
      case SPECIAL_PERIODS ->
          TruthScan.eachSpace(
              handle,
              (venueCode, space, uses) ->
                  space
                      .specialPeriods()
                      .forEach(period -> csv.writeRecord(specialPeriod(space, period))));
      case CLOSURES ->
          TruthScan.eachSpace(
              handle,
              (venueCode, space, uses) ->
                  space.closures().forEach(closure -> csv.writeRecord(closure(space, closure))));
      case PRICES -> TruthScan.eachPlan(handle, (spaceCode, plan) -> csv.writeRecord(prices(plan)));
      case RESERVATIONS -> writeReservations(handle, csv);
    }
    csv.flush();
  }

  private void writeHours(Handle handle, CsvWriter csv) {
    TruthScan.eachSpace(
        handle,
        (venueCode, space, uses) ->
            csv.writeRecord(space.businessHours().text(), space.code(), ""));
    TruthScan.eachPlan(
        handle, (spaceCode, plan) -> csv.writeRecord(plan.rentableHours().text(), "", plan.code()));
  }

  private static void writeReservations(Handle handle, CsvWriter csv) {
    handle
        .createQuery(RESERVATIONS)
        .setFetchSize(FETCH_ROWS)
        .map((row, context) -> reservation(row))
        .forEach(csv::writeRecord);
  }

  private static List<String> venue(Venue venue) {
    return List.of(venue.code(), venue.name(), venue.zone().getId(), venue.holidayCalendar());
  }

  private static List<String> space(String venueCode, Space space, List<ResourceUse> uses) {
    String resources = String.join(" ", uses.stream().map(ResourceUse::text).toList());
    return List.of(space.code(), venueCode, space.name(), resources);
  }

  private static List<String> plan(String spaceCode, Plan plan) {
    return List.of(
        plan.code(),
        spaceCode,
        plan.name(),
        Boolean.toString(plan.published()),
        Integer.toString(plan.rules().unitMinutes()),
        Integer.toString(plan.rules().startAlignmentMinutes()),
        Integer.toString(plan.rules().minimumMinutes()),
        Integer.toString(plan.rules().maximumMinutes()),
        Integer.toString(plan.rules().bufferBeforeMinutes()),
        Integer.toString(plan.rules().bufferAfterMinutes()),
        Integer.toString(plan.rules().minimumNoticeMinutes()),
        Integer.toString(plan.rules().bookingWindowDays()));
  }

  private static List<String> specialPeriod(Space space, SpecialPeriod period) {
    return List.of(
        space.code(),
        period.from().toString(),
        period.to().toString(),
        period.name(),
        period.hoursText());
  }

  private static List<String> closure(Space space, Closure closure) {
    return List.of(
        space.code(), closure.from().toString(), closure.to().toString(), closure.reason());
  }

  private static List<String> prices(Plan plan) {
    PriceTerms terms = plan.prices().terms();
    return List.of(
        plan.code(),
        plan.prices().rulesText(),
        terms.currency().getCurrencyCode(),
        terms.dayPrice().isPresent() ? Long.toString(terms.dayPrice().getAsLong()) : "",
        Long.toString(terms.minimumAmount()),
        terms.taxPercent().stripTrailingZeros().toPlainString(),
        Boolean.toString(terms.taxIncluded()));
  }

  private static List<String> reservation(ResultSet row) throws SQLException {
    ZoneId zone = ZoneId.of(row.getString("zone"));
    Long total = row.getObject("total", Long.class);
    return List.of(
        row.getString("code"),
        row.getString("plan"),
        time(row, "start_at", zone),
        time(row, "end_at", zone),
        row.getString("state").toLowerCase(Locale.ROOT),
        total == null ? "" : total.toString());
  }

  private static String time(ResultSet row, String column, ZoneId zone) throws SQLException {
    return row.getObject(column, OffsetDateTime.class)
        .atZoneSameInstant(zone)
        .toOffsetDateTime()
        .toString();
  }
}
