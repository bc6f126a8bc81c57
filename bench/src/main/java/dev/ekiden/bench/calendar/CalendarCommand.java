package dev.ekiden.bench.calendar;

import dev.ekiden.bench.AtExit;
import dev.ekiden.bench.Figures;
import dev.ekiden.bench.Medians;
import dev.ekiden.calendar.files.CalendarImport;
import dev.ekiden.calendar.files.ImportOptions;
import dev.ekiden.calendar.files.ImportReport;
import dev.ekiden.calendar.files.ImportSource;
import dev.ekiden.calendar.files.SampleFiles;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.sample.SampleData;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.store.CalendarStore;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.ProgressBar;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.config.ConfigurationReader;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.config.Settings;
import dev.ekiden.server.process.Applications;
import dev.ekiden.server.process.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench calendar}. */
@Command(
    name = "calendar",
    description =
        "Measures full syncs, changes during one, and searches at one and five times a load.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench calendar",
      "  ./ekiden bench calendar --plans 1000 --phase 5 --json result.json"
    })
public final class CalendarCommand implements Callable<Integer> {
  private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
  private static final int PLANS_OF_A_SPACE = 50;
  private static final int SPACES_OF_A_VENUE = 10;
  private static final int RESERVATIONS_OF_A_SPACE = 20;
  private static final int TIMES = 5;
  private static final int ROUNDS = 5;
  private static final int CHANGES_PER_SECOND = 25;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private static final double GOAL_SYNC = 20_000;
  private static final double GOAL_VISIBLE_MILLIS = 300;
  private static final double GOAL_SEARCH_MILLIS = 20;
  private static final double GOAL_RATIO = 1.5;

  private static final List<String> SETTINGS =
      List.of("server_version", "fsync", "synchronous_commit");

  @Option(
      names = "--plans",
      paramLabel = "COUNT",
      defaultValue = "10000",
      description = "Plans, about 50 in each space (default: ${DEFAULT-VALUE}).")
  private int plans;

  @Option(
      names = "--changes",
      paramLabel = "COUNT",
      defaultValue = "1000",
      description = "Changes during full syncs (default: ${DEFAULT-VALUE}).")
  private int changes;

  @Option(
      names = "--phase",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "How long each load lasts; five at 1x and five at 5x (default: ${DEFAULT-VALUE}).")
  private int phaseSeconds;

  @Option(
      names = "--searches",
      paramLabel = "RATE",
      defaultValue = "20",
      description = "Searches a second at 1x (default: ${DEFAULT-VALUE}).")
  private double searchesPerSecond;

  @Option(names = "--seed", defaultValue = "1", description = "Of everything random (default: 1).")
  private long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    Terminal terminal = Terminal.ofProcess();
    Path directory = Files.createTempDirectory("ekiden-bench");
    Figures figures = new Figures();
    MeasuredCalendar calendar = new MeasuredCalendar();
    Settings settings =
        new Settings(
            Map.of(
                Setting.DIRECTORY, directory.resolve("state").toString(),
                Setting.PORT, "0",
                Setting.PUBLIC_PORT, "0",
                Setting.PUBLIC_RATE, "100000",
                Setting.PUBLIC_BURST, "100000"),
            Map.of());
    try (ServerProcess server =
        AtExit.close(
            ServerProcess.start(
                Role.DEMO,
                ConfigurationReader.read(settings),
                new Applications(List.of(calendar)),
                terminal::say))) {
      URI address = Objects.requireNonNull(server.publicAddresses().get(MeasuredCalendar.NAME));
      new Play(terminal, calendar, address, figures).run(directory);
    } finally {
      EmbeddedPostgres.delete(directory.resolve("state").resolve("postgres"));
      delete(directory);
    }
    figures.table().lines().forEach(terminal.out()::println);
    terminal.out().flush();
    if (json != null) {
      figures.write(json);
    }
    return 0;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList().reversed()) {
        Files.delete(path);
      }
    }
  }

  /** One run. Confined to one thread but for what it starts itself. */
  private final class Play {
    private final Terminal terminal;
    private final MeasuredCalendar calendar;
    private final CalendarRefresh refresh;
    private final Database database;
    private final LocalDate today;
    private final URI address;
    private final Figures figures;

    Play(Terminal terminal, MeasuredCalendar calendar, URI address, Figures figures) {
      this.terminal = terminal;
      this.calendar = calendar;
      this.refresh = calendar.refresh();
      this.database = calendar.services().database();
      this.today = LocalDate.ofInstant(calendar.services().clock().instant(), ZONE);
      this.address = address;
      this.figures = figures;
    }

    void run(Path directory) throws Exception {
      terminal.say("The load comes from this process too and shares its cores with the server.");
      for (String setting : SETTINGS) {
        terminal.say(
            setting
                + " = "
                + database.withHandle(
                    handle -> handle.createQuery("SHOW " + setting).mapTo(String.class).one()));
      }
      importSample(directory);
      fullSyncs();
      changesDuringSyncs();
      searches();
    }

    private void importSample(Path directory) throws IOException {
      terminal.say("importing %,d plans …".formatted(plans));
      // Live refreshes wait, so that the first sync has everything to compute.
      calendar.services().engine().queues().pause(CalendarRefresh.LIVE_QUEUE, "import");
      int spaces = Math.max(1, plans / PLANS_OF_A_SPACE);
      SampleSize size =
          new SampleSize(
              Math.max(1, spaces / SPACES_OF_A_VENUE), spaces, plans, RESERVATIONS_OF_A_SPACE);
      Path files = Files.createDirectory(directory.resolve("sample"));
      try (SampleFiles sample = new SampleFiles(files)) {
        SampleData.generate(seed, size, today, calendar.holidays(), sample);
      }
      ImportReport report =
          new CalendarImport(
                  database,
                  new TruthWriter(refresh.refreshes()),
                  calendar.holidays(),
                  calendar.services().clock())
              .run(ImportSource.inDirectory(files), ImportOptions.DEFAULT, (name, rows) -> {});
      if (!report.problems().isEmpty()) {
        throw new IllegalStateException("the sample has problems: " + report.problems());
      }
    }

    private void fullSyncs() throws InterruptedException {
      SyncRun computed = await(refresh.startFullSync(), "full sync, all to be written");
      calendar.services().engine().queues().resume(CalendarRefresh.LIVE_QUEUE);
      settle();
      SyncRun unchanged = await(refresh.startFullSync(), "full sync, nothing changed");
      figures.add(
          Row.atLeast(
              "full sync of %,d plans, everything computed and written".formatted(plans),
              daysPerSecond(computed),
              "plan-days/s",
              GOAL_SYNC));
      figures.add(
          Row.atLeast(
              "the same again: computed, %,d days changed".formatted(unchanged.changed()),
              daysPerSecond(unchanged),
              "plan-days/s",
              GOAL_SYNC));
    }

    private SyncRun await(SyncRun begun, String what) throws InterruptedException {
      try (ProgressBar bar = ProgressBar.start(terminal, what + ", plans", begun.plans())) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        SyncRun run = begun;
        while (!run.isFinished()) {
          if (System.nanoTime() > deadline) {
            throw new IllegalStateException("the sync did not end within " + PATIENCE);
          }
          Thread.sleep(BETWEEN_LOOKS);
          run = refresh.syncRun(begun.id()).orElseThrow();
          bar.moveTo(run.refreshedPlans() + run.failedPlans());
        }
        return run;
      }
    }

    private static double daysPerSecond(SyncRun run) {
      return run.scanned()
          * 1e9
          / Duration.between(run.startedAt(), run.finishedAt().orElseThrow()).toNanos();
    }

    /** Waits until the refreshes that the import asked for are done. */
    private void settle() throws InterruptedException {
      terminal.say("refreshes left by the import …");
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (calendar.services().engine().queues().list().stream()
          .anyMatch(queue -> queue.ready() + queue.running() + queue.blocked() > 0)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("the refreshes did not end within " + PATIENCE);
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    }

    private void changesDuringSyncs() throws InterruptedException {
      List<Long> ids =
          database.withHandle(handle -> new CalendarStore().planIds(handle, 0, Integer.MAX_VALUE));
      Thread syncs = Thread.ofPlatform().daemon().unstarted(this::syncAgainAndAgain);
      try (VisibleChanges visible =
              new VisibleChanges(database, new TruthWriter(refresh.refreshes()), ids, seed);
          ProgressBar bar = ProgressBar.start(terminal, "changes during full syncs", changes)) {
        syncs.start();
        long start = System.nanoTime();
        for (int i = 0; i < changes; i++) {
          long due = start + Math.round(i * 1e9 / CHANGES_PER_SECOND);
          LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
          visible.change();
          bar.advance(1);
        }
        Histogram nanos = visible.awaitAll();
        syncs.interrupt();
        syncs.join();
        figures.add(Row.of("change to visible during a full sync p50", millis(nanos, 50), "ms"));
        figures.add(
            Row.atMost(
                "change to visible during a full sync p99",
                millis(nanos, 99),
                "ms",
                GOAL_VISIBLE_MILLIS));
      }
      settle();
    }

    /** So that one is going on all the time. */
    private void syncAgainAndAgain() {
      try {
        while (true) {
          SyncRun run = refresh.startFullSync();
          while (!refresh.syncRun(run.id()).orElseThrow().isFinished()) {
            Thread.sleep(BETWEEN_LOOKS);
          }
        }
      } catch (InterruptedException e) {
        // enough
      }
    }

    private void searches() {
      List<String> spaces =
          database.withHandle(handle ->
              handle
                  .createQuery(
                      """
                      SELECT space.code
                      FROM calendar.space
                      JOIN calendar.plan ON plan.space_id = space.id
                      GROUP BY space.code
                      HAVING count(*) >= :plans
                      """)
                  .bind("plans", PLANS_OF_A_SPACE)
                  .mapTo(String.class)
                  .list());
      List<Double> once = new ArrayList<>();
      List<Double> more = new ArrayList<>();
      Histogram all = new Histogram(Duration.ofMinutes(1).toNanos(), 3);
      Duration phase = Duration.ofSeconds(phaseSeconds);
      try (Searches searches = new Searches(address, spaces, today, seed);
          ProgressBar bar = ProgressBar.start(terminal, "searches at 1x and 5x", 2 * ROUNDS)) {
        searches.ask(WARM_UP, searchesPerSecond * TIMES);
        for (int round = 0; round < ROUNDS; round++) {
          once.add(millis(searches.ask(phase, searchesPerSecond), 95));
          bar.advance(1);
          Histogram nanos = searches.ask(phase, searchesPerSecond * TIMES);
          all.add(nanos);
          more.add(millis(nanos, 95));
          bar.advance(1);
        }
        figures.add(
            Row.atMost(
                "time to plans of a space with %d or more, at 5x (%.0f/s) p99"
                    .formatted(PLANS_OF_A_SPACE, searchesPerSecond * TIMES),
                millis(all, 99),
                "ms",
                GOAL_SEARCH_MILLIS));
        figures.atMostTimes(
            "the same, median p95 at 5x beside 1x",
            Medians.of(more),
            "ms",
            Medians.of(once),
            GOAL_RATIO);
        figures.add(Row.exactly("searches failed", searches.failed(), "", 0));
      }
    }

    private static double millis(Histogram nanos, double percentile) {
      return nanos.getValueAtPercentile(percentile) / 1e6;
    }
  }
}
