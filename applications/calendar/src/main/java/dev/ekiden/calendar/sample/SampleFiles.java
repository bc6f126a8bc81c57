package dev.ekiden.calendar.sample;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.files.CalendarFile;
import dev.ekiden.calendar.files.FileRecords;
import dev.ekiden.calendar.store.ResourceUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Writes a sample as the CSV files that the import reads. */
public final class SampleFiles {

  private SampleFiles() {}

  /**
   * Writes all eight files into a directory, which is made if need be; files of these names are
   * replaced.
   *
   * @return how many rows each file has, the header not counted
   */
  public static Map<CalendarFile, Long> write(
      Path directory, long seed, SampleSize size, LocalDate firstDay, HolidayCalendars holidays)
      throws IOException {
    Files.createDirectories(directory);
    try (Sink sink = new Sink(directory)) {
      SampleData.generate(seed, size, firstDay, holidays, sink);
      return sink.rows;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Keeps the eight files open. Confined to one call. */
  private static final class Sink implements SampleSink, AutoCloseable {
    private final Map<CalendarFile, CsvWriter> files = new EnumMap<>(CalendarFile.class);
    private final Map<CalendarFile, Long> rows = new EnumMap<>(CalendarFile.class);
    private ZoneId zone = ZoneOffset.UTC;

    Sink(Path directory) throws IOException {
      for (CalendarFile file : CalendarFile.values()) {
        CsvWriter csv =
            CsvWriter.builder()
                .lineDelimiter(LineDelimiter.LF)
                .build(directory.resolve(file.fileName()));
        csv.writeRecord(file.columns());
        files.put(file, csv);
        rows.put(file, 0L);
      }
    }

    @Override
    public void venue(Venue venue) {
      zone = venue.zone();
      add(CalendarFile.VENUES, FileRecords.venue(venue));
    }

    @Override
    public void space(Venue venue, Space space, int units) {
      List<ResourceUse> uses = List.of(new ResourceUse(space.code(), units));
      add(CalendarFile.SPACES, FileRecords.space(venue.code(), space, uses));
      add(CalendarFile.HOURS, FileRecords.hours(space));
      space
          .specialPeriods()
          .forEach(period ->
              add(CalendarFile.SPECIAL_PERIODS, FileRecords.specialPeriod(space, period)));
      space
          .closures()
          .forEach(closure -> add(CalendarFile.CLOSURES, FileRecords.closure(space, closure)));
    }

    @Override
    public void plan(Space space, Plan plan) {
      add(CalendarFile.PLANS, FileRecords.plan(space.code(), plan));
      add(CalendarFile.HOURS, FileRecords.hours(plan));
      add(CalendarFile.PRICES, FileRecords.prices(plan));
    }

    @Override
    public void reservation(Plan plan, SampleReservation reservation) {
      add(
          CalendarFile.RESERVATIONS,
          List.of(
              reservation.code(),
              plan.code(),
              time(reservation.start()),
              time(reservation.end()),
              "confirmed",
              ""));
    }

    @Override
    public void close() throws IOException {
      for (CsvWriter csv : files.values()) {
        csv.close();
      }
    }

    private String time(Instant instant) {
      return instant.atZone(zone).toOffsetDateTime().toString();
    }

    private void add(CalendarFile file, List<String> cells) {
      CsvWriter csv = files.get(file);
      if (csv != null) {
        csv.writeRecord(cells);
        rows.merge(file, 1L, Long::sum);
      }
    }
  }
}
