package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.files.CalendarImport;
import dev.ekiden.calendar.files.FileReport;
import dev.ekiden.calendar.files.ImportOptions;
import dev.ekiden.calendar.files.ImportReport;
import dev.ekiden.calendar.files.ImportSource;
import dev.ekiden.calendar.files.SampleFiles;
import dev.ekiden.calendar.sample.SampleData;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.cli.ProgressBar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Imports the directory that was named, or else a sample. Confined to one thread. */
final class DemoFiles {

  private static final int LISTED_PROBLEMS = 10;

  private final DemoContext context;
  private final CalendarImport imports;
  private final HolidayCalendars holidays;
  private final DemoFigures figures;

  DemoFiles(
      DemoContext context, CalendarImport imports, HolidayCalendars holidays, DemoFigures figures) {
    this.context = context;
    this.imports = imports;
    this.holidays = holidays;
    this.figures = figures;
  }

  void play(SampleSize size, LocalDate today) throws IOException {
    if (!context.arguments().isEmpty()) {
      read(Path.of(context.arguments().getFirst()));
      return;
    }
    Path directory = Files.createTempDirectory("ekiden-sample");
    try {
      context.say("Writing sample files, seed %d …".formatted(context.seed()));
      try (SampleFiles files = new SampleFiles(directory)) {
        SampleData.generate(context.seed(), size, today, holidays, files);
      }
      read(directory);
    } finally {
      delete(directory);
    }
  }

  private void read(Path directory) throws IOException {
    List<ImportSource> sources = ImportSource.inDirectory(directory);
    if (sources.isEmpty()) {
      throw CommandException.usage(directory + " has no CSV file of the calendar");
    }
    long start = System.nanoTime();
    ImportReport report;
    try (ProgressBar bar = context.progress("import, rows", rows(directory, sources))) {
      Map<String, Long> done = new HashMap<>();
      report =
          imports.run(
              sources,
              ImportOptions.DEFAULT,
              (name, rows) -> {
                done.put(name, rows);
                bar.moveTo(done.values().stream().mapToLong(Long::longValue).sum());
              });
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long read = report.files().stream().mapToLong(FileReport::read).sum();
    figures.add(Row.of("rows imported", read, "rows"));
    figures.add(Row.of("import", read / seconds, "rows/s"));
    tell(report);
  }

  private void tell(ImportReport report) {
    long count = report.problems().size() + report.omittedProblems();
    if (count == 0) {
      return;
    }
    report.problems().stream()
        .limit(LISTED_PROBLEMS)
        .forEach(problem -> context.say("  " + problem));
    context.say("%d problems; the good rows were imported.".formatted(count));
    figures.add(Row.of("problems in the files", count, ""));
  }

  /** About how many rows there are; 0 if that cannot be told before reading. */
  private static long rows(Path directory, List<ImportSource> sources) throws IOException {
    long rows = 0;
    for (ImportSource source : sources) {
      try (Stream<String> lines = Files.lines(directory.resolve(source.file().fileName()))) {
        rows += lines.count() - 1;
      } catch (UncheckedIOException e) {
        // Not UTF-8: the import says so.
        return 0;
      }
    }
    return rows;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
