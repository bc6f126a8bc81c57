package dev.ekiden.calendar.files;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.ekiden.calendar.store.TruthScan;
import dev.ekiden.postgres.Database;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
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
    CsvWriter csv = Cells.begin(file, output);
    switch (file) {
      case VENUES -> TruthScan.eachVenue(handle, venue -> csv.writeRecord(Cells.venue(venue)));
      case SPACES ->
          TruthScan.eachSpace(
              handle,
              (venueCode, space, uses) -> csv.writeRecord(Cells.space(venueCode, space, uses)));
      case PLANS ->
          TruthScan.eachPlan(
              handle, (spaceCode, plan) -> csv.writeRecord(Cells.plan(spaceCode, plan)));
      case HOURS -> writeHours(handle, csv);
      case SPECIAL_PERIODS ->
          TruthScan.eachSpace(
              handle,
              (venueCode, space, uses) ->
                  space
                      .specialPeriods()
                      .forEach(period -> csv.writeRecord(Cells.specialPeriod(space, period))));
      case CLOSURES ->
          TruthScan.eachSpace(
              handle,
              (venueCode, space, uses) ->
                  space
                      .closures()
                      .forEach(closure -> csv.writeRecord(Cells.closure(space, closure))));
      case PRICES ->
          TruthScan.eachPlan(handle, (spaceCode, plan) -> csv.writeRecord(Cells.prices(plan)));
      case RESERVATIONS -> writeReservations(handle, csv);
    }
    csv.flush();
  }

  private void writeHours(Handle handle, CsvWriter csv) {
    TruthScan.eachSpace(handle, (venueCode, space, uses) -> csv.writeRecord(Cells.hours(space)));
    TruthScan.eachPlan(handle, (spaceCode, plan) -> csv.writeRecord(Cells.hours(plan)));
  }

  private static void writeReservations(Handle handle, CsvWriter csv) {
    handle
        .createQuery(RESERVATIONS)
        .setFetchSize(FETCH_ROWS)
        .map((row, context) -> reservation(row))
        .forEach(csv::writeRecord);
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
