package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.TransactionWork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Imports CSV files. Streams them, {@value #BATCH_ROWS} rows at a time; a batch is a few bulk
 * statements and, unless the import is atomic, a transaction. A file that says what is stored
 * already changes nothing and raises no version; what changes raises its own version only and is
 * refreshed in the same transaction.
 *
 * <p>Safe for use by many threads; an import that meets another transaction in a deadlock fails as
 * a whole and may be run again.
 */
public final class CalendarImport {

  /** How many rows are written at once. */
  static final int BATCH_ROWS = 2_000;

  private final Database database;
  private final TruthWriter writer;
  private final HolidayCalendars holidays;
  private final InstantSource clock;

  public CalendarImport(
      Database database, TruthWriter writer, HolidayCalendars holidays, InstantSource clock) {
    this.database = database;
    this.writer = writer;
    this.holidays = holidays;
    this.clock = clock;
  }

  /**
   * Imports the files in the order of {@link CalendarFile}, whatever order they are given in.
   *
   * @throws UncheckedIOException if a file cannot be opened or read; batches before it are kept
   *     unless the import is atomic
   */
  public ImportReport run(
      List<ImportSource> sources, ImportOptions options, ImportProgress progress) {
    List<ImportSource> ordered = new ArrayList<>(sources);
    ordered.sort(Comparator.comparing(ImportSource::file));
    if (!options.atomic()) {
      Run run = new Run(options, progress, database::inTransaction);
      ordered.forEach(run::read);
      return run.report(true);
    }
    try {
      return database.inTransaction(handle -> {
        Run run = new Run(options, progress, work -> work.run(handle));
        ordered.forEach(run::read);
        if (!run.problems.isEmpty()) {
          throw new Refused(run.report(false));
        }
        return run.report(true);
      });
    } catch (Refused refused) {
      return refused.report;
    }
  }

  /** Rolls an atomic import back; never leaves {@link #run}. */
  private static final class Refused extends RuntimeException {
    private final transient ImportReport report;

    Refused(ImportReport report) {
      super("The import has problems", null, false, false);
      this.report = report;
    }
  }

  /** Where a batch runs: in a transaction of its own, or in the one of the whole import. */
  private interface Batches {
    BatchResult run(TransactionWork<BatchResult> batch);
  }

  /** One import. Confined to one thread. */
  private final class Run {
    private final ImportOptions options;
    private final ImportProgress progress;
    private final Batches batches;
    private final List<FileReport> files = new ArrayList<>();
    private final Problems problems = new Problems(ImportReport.MAXIMUM_PROBLEMS);

    Run(ImportOptions options, ImportProgress progress, Batches batches) {
      this.options = options;
      this.progress = progress;
      this.batches = batches;
    }

    ImportReport report(boolean applied) {
      List<ImportProblem> listed = new ArrayList<>(problems.listed());
      List<String> order = files.stream().map(FileReport::name).toList();
      // A batch tells what the reader refuses before what the database does; people read by line.
      listed.sort(
          Comparator.comparingInt((ImportProblem problem) -> order.indexOf(problem.file()))
              .thenComparingLong(ImportProblem::line));
      return new ImportReport(applied, files, listed, problems.omitted());
    }

    void read(ImportSource source) {
      BatchWriter batchWriter = batchWriter(source.file());
      Function<Row, Optional<String>> duplicates = new Duplicates(batchWriter);
      FileReport report = FileReport.empty(source.name());
      try (CsvRows rows =
          new CsvRows(source.file(), source.name(), source.content().open(), options.charset())) {
        boolean more = true;
        while (more) {
          List<Row> good = new ArrayList<>();
          BatchResult result =
              new BatchResult(source.file(), source.name(), ImportReport.MAXIMUM_PROBLEMS);
          more = collect(rows, good, duplicates, batchWriter, result);
          BatchResult written =
              good.isEmpty()
                  ? result
                  : batches.run(handle -> write(handle, batchWriter, good, result));
          report = report.plus(written.counts());
          problems.addAll(written.problems());
          progress.rows(source.name(), report.read());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + source.name() + ": " + e.getMessage(), e);
      }
      files.add(report);
    }

    private BatchResult write(
        Handle handle, BatchWriter batchWriter, List<Row> good, BatchResult result) {
      batchWriter.write(handle, good, result);
      return result;
    }

    /** Reads up to a batch of lines; whether there may be more. */
    private boolean collect(
        CsvRows rows,
        List<Row> good,
        Function<Row, Optional<String>> duplicates,
        BatchWriter batchWriter,
        BatchResult result) {
      for (int count = 0; count < BATCH_ROWS; count++) {
        Optional<CsvRows.Line> line = rows.next();
        if (line.isEmpty()) {
          return false;
        }
        switch (line.get()) {
          case CsvRows.Line.Bad(ImportProblem problem) -> result.refuse(problem);
          case CsvRows.Line.Unreadable(ImportProblem problem) -> result.problem(problem);
          case CsvRows.Line.Good(Row row) ->
              duplicates
                  .apply(row)
                  .ifPresentOrElse(
                      reason -> result.refuse(row, batchWriter.identityColumn(row), reason),
                      () -> good.add(row));
        }
      }
      return true;
    }

    private BatchWriter batchWriter(CalendarFile file) {
      return switch (file) {
        case VENUES -> new TruthRows<>(writer, new VenueRows(holidays));
        case SPACES -> new TruthRows<>(writer, new SpaceRows(writer));
        case PLANS -> new TruthRows<>(writer, new PlanRows());
        case HOURS -> new HoursRows(writer);
        case SPECIAL_PERIODS -> new TruthRows<>(writer, new SpecialPeriodRows());
        case CLOSURES -> new TruthRows<>(writer, new ClosureRows());
        case PRICES -> new TruthRows<>(writer, new PriceRows());
        case RESERVATIONS -> new ReservationRows(writer, clock);
      };
    }
  }

  /** Remembers the rows of a file by what they describe. */
  private static final class Duplicates implements Function<Row, Optional<String>> {
    private final BatchWriter batchWriter;
    private final Map<String, Long> lines = new HashMap<>();

    Duplicates(BatchWriter batchWriter) {
      this.batchWriter = batchWriter;
    }

    /** Why the row is refused, if an earlier one describes the same. */
    @Override
    public Optional<String> apply(Row row) {
      Long earlier = lines.putIfAbsent(batchWriter.identity(row), row.line());
      return Optional.ofNullable(earlier).map(line -> "is described in line " + line + " already");
    }
  }
}
