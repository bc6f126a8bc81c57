package dev.ekiden.calendar;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.files.SampleFiles;
import dev.ekiden.calendar.sample.SampleData;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.webhook.WebhookSettings;
import dev.ekiden.engine.Engine;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.Application;
import dev.ekiden.server.Http;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.CommandTree;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.config.ConfigurationReader;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.config.Settings;
import dev.ekiden.server.process.Applications;
import dev.ekiden.server.process.ServerProcess;
import dev.ekiden.testkit.TestEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A real server with the calendar, on free ports, its clock on {@link #NOW}. */
public final class RunningCalendar implements AutoCloseable {
  /** Saturday, nine in the morning in Tokyo. */
  public static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

  public static final LocalDate TODAY = LocalDate.of(2026, 11, 21);

  public static final String WEBHOOK_SECRET = "a secret that nobody else knows";

  private static final WebhookSettings WEBHOOK_SETTINGS =
      new WebhookSettings(name ->
          Optional.ofNullable(
              Map.of(
                      WebhookSettings.SECRET_PREFIX,
                      WEBHOOK_SECRET,
                      WebhookSettings.ALLOW_PRIVATE,
                      "true")
                  .get(name)));

  private final Path directory;
  private final ServerProcess process;

  /** What a command did. */
  public record Run(int exitCode, String out, String err) {
    public JsonNode json() {
      return Json.MAPPER.readTree(out);
    }
  }

  private RunningCalendar(Path directory, DatabaseAddress database, int publicPort)
      throws Exception {
    this.directory = directory;
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.DIRECTORY, directory.toString());
    flags.put(Setting.PORT, "0");
    flags.put(Setting.DATABASE_URL, database.url());
    flags.put(Setting.DATABASE_USER, database.user());
    flags.put(Setting.PUBLIC_PORT, Integer.toString(publicPort));
    flags.put(Setting.PUBLIC_RATE, "100000");
    flags.put(Setting.PUBLIC_BURST, "100000");
    Settings settings =
        new Settings(flags, Map.of("EKIDEN_DATABASE_PASSWORD", database.password()));
    process =
        ServerProcess.start(
            Role.UP,
            ConfigurationReader.read(settings),
            new Applications(List.of(new CalendarApplication(null, WEBHOOK_SETTINGS))),
            message -> {});
    engine().clock().set(NOW);
  }

  public static RunningCalendar start(Path directory, DatabaseAddress database) {
    return start(directory, database, 0);
  }

  /** With a public listener at a port of its own, where another one was before. */
  public static RunningCalendar start(Path directory, DatabaseAddress database, int publicPort) {
    try {
      return new RunningCalendar(directory.resolve(".ekiden"), database, publicPort);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client of the control listener with the token. */
  public Http control() {
    return Http.to(process.address()).withToken(token());
  }

  /** A client of the public listener. */
  public Http open() {
    return Http.to(publicAddress());
  }

  /** Where the public listener is. */
  public URI publicAddress() {
    return process.publicAddresses().get("calendar");
  }

  public ServerProcess process() {
    return process;
  }

  public Engine engine() {
    return process.engine();
  }

  public Database database() {
    return process.services().database();
  }

  /** Writes a sample that begins today, imports it and waits until its calendars are there. */
  public void load(SampleSize size, Path files) throws Exception {
    try (SampleFiles sink = new SampleFiles(files)) {
      SampleData.generate(7, size, TODAY, new HolidayCalendars(), sink);
    }
    Http csv = control().with("Content-Type", "text/csv");
    for (String name :
        List.of("venues", "spaces", "plans", "hours", "special_periods", "closures", "prices")) {
      send(csv, files, name + ".csv");
    }
    send(csv, files, "reservations.csv");
    settle();
  }

  private static void send(Http csv, Path files, String name) throws IOException {
    JsonNode report =
        csv.post("/calendar/import/" + name, Files.readString(files.resolve(name))).json();
    if (report.path("problems").size() > 0 || !report.path("applied").asBoolean(false)) {
      throw new AssertionError(report.toString());
    }
  }

  /** Returns when nothing is to be refreshed any more. */
  public void settle() throws InterruptedException {
    TestEngine.awaitUntil(
        "all refreshes have ended",
        () ->
            engine().queues().list().stream()
                .allMatch(queue -> queue.ready() + queue.running() + queue.blocked() == 0));
  }

  /** Runs a command line that talks to this server. */
  public Run ekiden(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(
            new BufferedReader(new StringReader("")),
            new PrintWriter(out),
            new PrintWriter(err),
            false);
    List<Application> applications = List.of(new CalendarApplication());
    CommandTree tree = new CommandTree(terminal, Map.of());
    String[] all =
        Stream.concat(Stream.of(arguments), Stream.of("--directory", directory.toString()))
            .toArray(String[]::new);
    int exitCode = tree.finish(tree.build("test", applications)).execute(all);
    return new Run(exitCode, out.toString(), err.toString());
  }

  public String token() {
    try {
      return Files.readString(directory.resolve("token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
