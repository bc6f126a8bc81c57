package dev.ekiden.calendar.files;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.sample.SampleReservation;
import dev.ekiden.calendar.sample.SampleSink;
import dev.ekiden.calendar.store.ResourceUse;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Writes sample data as the CSV files that {@link CalendarImport} reads, all at once and without
 * keeping anything in memory. Confined to one thread.
 */
public final class SampleFiles implements SampleSink, Closeable {

  private final Map<CalendarFile, CsvWriter> files = new EnumMap<>(CalendarFile.class);

  /**
   * Makes the directory if need be, and begins all files in it, which replaces files of these
   * names.
   *
   * @throws UncheckedIOException if a file cannot be written
   */
  public SampleFiles(Path directory) {
    try {
      Files.createDirectories(directory);
      for (CalendarFile file : CalendarFile.values()) {
        Path path = directory.resolve(file.fileName());
        files.put(file, Cells.begin(file, Files.newOutputStream(path)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write sample files to " + directory, e);
    }
  }

  @Override
  public void venue(Venue venue) {
    write(CalendarFile.VENUES, Cells.venue(venue));
  }

  @Override
  public void space(Venue venue, Space space, int units) {
    List<ResourceUse> own = List.of(new ResourceUse(space.code(), units));
    write(CalendarFile.SPACES, Cells.space(venue.code(), space, own));
    write(CalendarFile.HOURS, Cells.hours(space));
    space
        .specialPeriods()
        .forEach(period -> write(CalendarFile.SPECIAL_PERIODS, Cells.specialPeriod(space, period)));
    space
        .closures()
        .forEach(closure -> write(CalendarFile.CLOSURES, Cells.closure(space, closure)));
  }

  @Override
  public void plan(Space space, Plan plan) {
    write(CalendarFile.PLANS, Cells.plan(space.code(), plan));
    write(CalendarFile.HOURS, Cells.hours(plan));
    write(CalendarFile.PRICES, Cells.prices(plan));
  }

  @Override
  public void reservation(Plan plan, SampleReservation reservation) {
    write(
        CalendarFile.RESERVATIONS,
        List.of(
            reservation.code(),
            plan.code(),
            reservation.start().toString(),
            reservation.end().toString(),
            "confirmed",
            ""));
  }

  @Override
  public void close() throws IOException {
    for (CsvWriter csv : files.values()) {
      csv.close();
    }
  }

  private void write(CalendarFile file, List<String> cells) {
    CsvWriter csv = files.get(file);
    if (csv == null) {
      throw new IllegalStateException("There is no file " + file);
    }
    csv.writeRecord(cells);
  }
}
