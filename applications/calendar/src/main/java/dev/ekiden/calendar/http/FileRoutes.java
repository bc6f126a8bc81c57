package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.files.CalendarExport;
import dev.ekiden.calendar.files.CalendarFile;
import dev.ekiden.calendar.files.CalendarImport;
import dev.ekiden.calendar.files.FileReport;
import dev.ekiden.calendar.files.ImportOptions;
import dev.ekiden.calendar.files.ImportProblem;
import dev.ekiden.calendar.files.ImportProgress;
import dev.ekiden.calendar.files.ImportReport;
import dev.ekiden.calendar.files.ImportSource;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** CSV files in and out. */
final class FileRoutes {

  /** The largest upload. */
  static final long MAXIMUM_BYTES = 256L << 20;

  /** How many problems an answer lists. */
  static final int LISTED_PROBLEMS = 1_000;

  private final CalendarImport imports;
  private final CalendarExport exports;

  FileRoutes(Services services, CalendarRefresh refresh, HolidayCalendars holidays) {
    this.imports =
        new CalendarImport(
            services.database(), new TruthWriter(refresh.refreshes()), holidays, services.clock());
    this.exports = new CalendarExport(services.database());
  }

  void addTo(Routes routes) {
    routes.post("/import", this::importZip);
    routes.post("/import/{file}", this::importFile);
    routes.get("/export/{file}", this::exportFile);
  }

  private Response importFile(Request request) throws IOException {
    ImportOptions options = options(request);
    CalendarFile file = file(request.path("file"));
    try (Upload upload = Upload.of(request.csv(MAXIMUM_BYTES))) {
      return run(List.of(source(file, upload.path())), options);
    }
  }

  private Response importZip(Request request) throws IOException {
    ImportOptions options = options(request);
    try (Upload upload = Upload.of(request.zip(MAXIMUM_BYTES));
        ZipFile zip = open(upload.path())) {
      return run(sources(zip), options);
    }
  }

  private Response exportFile(Request request) {
    request.allowQuery();
    CalendarFile file = file(request.path("file"));
    return Response.streamed("text/csv; charset=utf-8", out -> exports.write(file, out))
        .withHeader(
            "Content-Disposition", "attachment; filename=\"%s\"".formatted(file.fileName()));
  }

  private Response run(List<ImportSource> sources, ImportOptions options) {
    return Response.json(ReportView.of(imports.run(sources, options, ImportProgress.NONE)));
  }

  private static ImportOptions options(Request request) {
    request.allowQuery("atomic");
    return request.query("atomic").flag() ? ImportOptions.ATOMIC : ImportOptions.DEFAULT;
  }

  private static ImportSource source(CalendarFile file, Path path) {
    return new ImportSource(file, file.fileName(), () -> java.nio.file.Files.newInputStream(path));
  }

  private static ZipFile open(Path path) throws IOException {
    try {
      return new ZipFile(path.toFile());
    } catch (ZipException e) {
      throw new ProblemException(
          Problem.of(400, "malformed-zip", "the body is not a zip archive: " + e.getMessage()), e);
    }
  }

  private static List<ImportSource> sources(ZipFile zip) {
    List<ImportSource> sources = new ArrayList<>();
    Set<CalendarFile> seen = EnumSet.noneOf(CalendarFile.class);
    zip.stream()
        .filter(entry -> !entry.isDirectory())
        .forEach(entry -> {
          CalendarFile file = file(entry);
          if (!seen.add(file)) {
            throw ProblemException.of(
                422, "duplicate-file", "the archive has " + file.fileName() + " twice");
          }
          sources.add(new ImportSource(file, file.fileName(), () -> content(zip, entry)));
        });
    if (sources.isEmpty()) {
      throw ProblemException.of(422, "no-file", "the archive has no file; known are " + known());
    }
    return sources;
  }

  private static InputStream content(ZipFile zip, ZipEntry entry) throws IOException {
    return zip.getInputStream(entry);
  }

  private static CalendarFile file(ZipEntry entry) {
    return CalendarFile.of(Path.of(entry.getName()))
        .orElseThrow(() ->
            ProblemException.of(
                422,
                "unknown-file",
                "the archive has a file '%s', which is unknown; known are %s"
                    .formatted(entry.getName(), known())));
  }

  private static CalendarFile file(Parameter name) {
    return Arrays.stream(CalendarFile.values())
        .filter(file -> file.fileName().equals(name.text()))
        .findFirst()
        .orElseThrow(() ->
            ProblemException.of(
                404,
                "unknown-file",
                "there is no file '%s'; known are %s".formatted(name.text(), known())));
  }

  private static String known() {
    return Arrays.stream(CalendarFile.values())
        .map(CalendarFile::fileName)
        .collect(Collectors.joining(", "));
  }

  private record ProblemView(
      String file,
      @Nullable Long line,
      @Nullable String column,
      @Nullable String value,
      String reason) {
    static ProblemView of(ImportProblem problem) {
      return new ProblemView(
          problem.file(),
          problem.line() == 0 ? null : problem.line(),
          problem.column().isEmpty() ? null : problem.column(),
          problem.column().isEmpty() ? null : problem.value(),
          problem.reason());
    }
  }

  private record ReportView(
      boolean applied, List<FileReport> files, List<ProblemView> problems, long omittedProblems) {
    static ReportView of(ImportReport report) {
      int listed = Math.min(LISTED_PROBLEMS, report.problems().size());
      return new ReportView(
          report.applied(),
          report.files(),
          report.problems().subList(0, listed).stream().map(ProblemView::of).toList(),
          report.omittedProblems() + report.problems().size() - listed);
    }
  }
}
