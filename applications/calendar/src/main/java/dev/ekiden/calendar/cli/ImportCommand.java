package dev.ekiden.calendar.cli;

import dev.ekiden.calendar.files.CalendarFile;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.cli.Field;
import dev.ekiden.server.cli.Output;
import dev.ekiden.server.cli.ProgressBar;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar import}. */
@Command(
    name = "import",
    description = {
      "Imports CSV files and tells every bad row; exit code 1 if there is one.",
      "The files are venues.csv, spaces.csv, plans.csv, hours.csv, special_periods.csv, closures.csv,"
          + " prices.csv and reservations.csv."
    },
    footer = {
      "",
      "Examples:",
      "  ekiden calendar import data/",
      "  ekiden calendar import prices.csv --atomic",
      "  ekiden calendar import data/ -o json > report.json"
    })
final class ImportCommand implements Callable<Integer> {
  private static final String IMPORT = CalendarCommands.ROOT + "/import";

  private static final List<Field> FILES =
      List.of(
          Field.of("FILE", "name"),
          Field.number("READ", "read"),
          Field.number("ADDED", "added"),
          Field.number("CHANGED", "changed"),
          Field.number("UNCHANGED", "unchanged"),
          Field.number("REFUSED", "refused"));

  private static final List<Field> PROBLEMS =
      List.of(
          Field.of("FILE", "file"),
          Field.number("LINE", "line"),
          Field.of("COLUMN", "column"),
          Field.of("VALUE", "value"),
          Field.of("REASON", "reason"));

  private final CommandContext context;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR|FILE",
      description = "A directory with such files, or files.")
  private List<Path> paths = List.of();

  @Option(names = "--atomic", description = "All or nothing: one bad row refuses all files.")
  private boolean atomic;

  ImportCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    Map<CalendarFile, Path> files = files();
    JsonNode report = atomic ? importTogether(files) : importEach(files);
    print(report);
    boolean refused = !report.path("applied").asBoolean() || report.path("problems").size() > 0;
    return refused ? ExitCode.FAILED : ExitCode.OK;
  }

  /** One request for each file, so that progress can be seen. */
  private JsonNode importEach(Map<CalendarFile, Path> files) throws IOException {
    ObjectNode whole = Json.MAPPER.createObjectNode().put("applied", true);
    ArrayNode reports = whole.putArray("files");
    ArrayNode problems = whole.putArray("problems");
    long omitted = 0;
    try (ProgressBar bar = ProgressBar.start(context.terminal(), "import, bytes", size(files))) {
      for (Map.Entry<CalendarFile, Path> file : files.entrySet()) {
        JsonNode report =
            context
                .api()
                .postFile(IMPORT + "/" + file.getKey().fileName(), "text/csv", file.getValue());
        report.path("files").forEach(reports::add);
        report.path("problems").forEach(problems::add);
        omitted += report.path("omittedProblems").asLong();
        bar.advance(Files.size(file.getValue()));
      }
    }
    return whole.put("omittedProblems", omitted);
  }

  /** One transaction needs one request. */
  private JsonNode importTogether(Map<CalendarFile, Path> files) throws IOException {
    Path zip = Files.createTempFile("ekiden-import", ".zip");
    try (ProgressBar bar = ProgressBar.start(context.terminal(), "import, bytes", size(files))) {
      try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
        for (Map.Entry<CalendarFile, Path> file : files.entrySet()) {
          add(out, file.getKey(), file.getValue());
        }
      }
      JsonNode report = context.api().postFile(IMPORT + "?atomic=true", "application/zip", zip);
      bar.moveTo(size(files));
      return report;
    } finally {
      Files.delete(zip);
    }
  }

  private static void add(ZipOutputStream out, CalendarFile file, Path path) throws IOException {
    out.putNextEntry(new ZipEntry(file.fileName()));
    copy(path, out);
    out.closeEntry();
  }

  private static void copy(Path path, OutputStream out) throws IOException {
    Files.copy(path, out);
  }

  private void print(JsonNode report) {
    if (context.printer().output() == Output.json) {
      context.printer().one(report, FILES);
      return;
    }
    context.printer().list(items(report.path("files")), FILES);
    if (report.path("problems").size() > 0) {
      if (context.printer().output() == Output.table) {
        context.printer().line("");
        // A line each and not a table, whose cells are cut: the reason is what one looks for.
        report
            .path("problems")
            .forEach(problem -> context.printer().line(ProblemLines.ofTable(problem)));
      } else {
        context.printer().list(items(report.path("problems")), PROBLEMS);
      }
      long more = report.path("omittedProblems").asLong();
      context
          .terminal()
          .say(outcome(report) + (more == 0 ? "" : " There are " + more + " more problems."));
    }
    if (report.path("applied").asBoolean() && count(report, "added", "changed") > 0) {
      context
          .terminal()
          .say(
              "The calendars that this affects are being refreshed; `ekiden queues list` shows how far.");
    }
  }

  private static String outcome(JsonNode report) {
    if (!report.path("applied").asBoolean()
        || count(report, "added", "changed", "unchanged") == 0) {
      return "Nothing was imported.";
    }
    return "The good rows were imported, those above were not.";
  }

  private static long count(JsonNode report, String... outcomes) {
    long sum = 0;
    for (JsonNode file : report.path("files")) {
      for (String outcome : outcomes) {
        sum += file.path(outcome).asLong();
      }
    }
    return sum;
  }

  private static JsonNode items(JsonNode rows) {
    return Json.MAPPER.createObjectNode().set("items", rows);
  }

  private static long size(Map<CalendarFile, Path> files) throws IOException {
    long size = 0;
    for (Path path : files.values()) {
      size += Files.size(path);
    }
    return size;
  }

  private Map<CalendarFile, Path> files() throws IOException {
    Map<CalendarFile, Path> files = new EnumMap<>(CalendarFile.class);
    for (Path path : paths) {
      for (Path file : Files.isDirectory(path) ? inDirectory(path) : List.of(path)) {
        CalendarFile kind =
            CalendarFile.of(file)
                .orElseThrow(() ->
                    CommandException.usage(
                        "%s is no file of the calendar; they are %s".formatted(file, known())));
        if (!Files.isReadable(file)) {
          throw CommandException.usage("cannot read " + file);
        }
        if (files.put(kind, file) != null) {
          throw CommandException.usage(kind.fileName() + " is named twice");
        }
      }
    }
    return files;
  }

  private List<Path> inDirectory(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    List<String> others = new ArrayList<>();
    try (var entries = Files.list(directory)) {
      for (Path path : entries.filter(Files::isRegularFile).sorted().toList()) {
        if (CalendarFile.of(path).isPresent()) {
          found.add(path);
        } else if (!Files.isHidden(path)) {
          others.add(String.valueOf(path.getFileName()));
        }
      }
    }
    if (!found.isEmpty() && !others.isEmpty()) {
      context
          .terminal()
          .say(
              "Not imported, since they are not named like a file of the calendar (%s): %s"
                  .formatted(known(), String.join(", ", others)));
    }
    if (found.isEmpty()) {
      throw CommandException.usage(
          "%s has no file of the calendar; they are %s".formatted(directory, known()));
    }
    return found;
  }

  private static String known() {
    return Arrays.stream(CalendarFile.values())
        .map(CalendarFile::fileName)
        .collect(Collectors.joining(", "));
  }
}
