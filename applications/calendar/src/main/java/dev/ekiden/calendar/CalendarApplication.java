package dev.ekiden.calendar;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.bulk.BulkFeeds;
import dev.ekiden.calendar.cli.CalendarCommands;
import dev.ekiden.calendar.demo.CalendarDemo;
import dev.ekiden.calendar.demo.DemoSize;
import dev.ekiden.calendar.demo.FleetDemo;
import dev.ekiden.calendar.demo.FleetLoad;
import dev.ekiden.calendar.http.CalendarRoutes;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.store.CalendarSchema;
import dev.ekiden.calendar.webhook.WebhookSettings;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.Application;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.Demo;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The availability calendar as a part of a server: which plan of which space is free when, for how
 * much, kept fresh by jobs. One object for each process.
 */
public final class CalendarApplication implements Application {

  private static final String NAME = "calendar";

  private final HolidayCalendars holidays = new HolidayCalendars();
  private final @Nullable DemoSize demoSize;
  private final WebhookSettings webhookSettings;
  private volatile @Nullable CalendarRefresh refresh;

  public CalendarApplication() {
    this(null, WebhookSettings.ofEnvironment());
  }

  /** With a demonstration of a size of its own, whatever the command line says. */
  CalendarApplication(@Nullable DemoSize demoSize) {
    this(demoSize, WebhookSettings.ofEnvironment());
  }

  /** With other settings than those of the environment. */
  CalendarApplication(@Nullable DemoSize demoSize, WebhookSettings webhookSettings) {
    this.demoSize = demoSize;
    this.webhookSettings = webhookSettings;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void migrate(Database database) {
    CalendarSchema.migrate(database);
  }

  @Override
  public void requireCurrentSchema(Database database) {
    CalendarSchema.requireCurrent(database);
  }

  @Override
  public List<JobDefinition<?>> definitions(Services services) {
    CalendarRefresh made = new CalendarRefresh(services, webhookSettings);
    refresh = made;
    List<JobDefinition<?>> definitions = new ArrayList<>(made.definitions());
    definitions.add(new BulkFeeds(services).definition());
    return definitions;
  }

  @Override
  public List<WorkerOptions> workers() {
    return refresh().workers();
  }

  @Override
  public void started(Services services) {
    refresh().putSchedules();
  }

  @Override
  public void controlRoutes(Routes routes, Services services) {
    new CalendarRoutes(services, refresh(), holidays).addControl(routes);
  }

  @Override
  public void publicRoutes(Routes routes, Services services) {
    new CalendarRoutes(services, refresh(), holidays).addPublic(routes);
  }

  @Override
  public boolean hasPublicListener() {
    return true;
  }

  @Override
  public Optional<String> publicPage() {
    return Optional.of(CalendarRoutes.PAGE);
  }

  @Override
  public Optional<String> openApiResource() {
    return Optional.of("dev/ekiden/calendar/openapi.yaml");
  }

  @Override
  public List<Object> commands(CommandContext context) {
    return CalendarCommands.all(context, holidays);
  }

  @Override
  public Optional<Demo> demo() {
    return Optional.of(new CalendarDemo(this::refresh, holidays, demoSize));
  }

  @Override
  public Map<String, Demo> moreDemos() {
    return Map.of("fleet", new FleetDemo(this::refresh, holidays));
  }

  /** What the demonstration of a fleet plays, for measurements of it. */
  public FleetLoad fleetLoad(DemoContext context) {
    return new FleetLoad(context, refresh(), holidays);
  }

  /** Made with the definitions, which every role asks for first. */
  private CalendarRefresh refresh() {
    CalendarRefresh made = refresh;
    if (made == null) {
      throw new IllegalStateException("definitions() comes before everything that needs them");
    }
    return made;
  }
}
