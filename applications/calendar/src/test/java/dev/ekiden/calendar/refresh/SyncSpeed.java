package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.files.CalendarImport;
import dev.ekiden.calendar.files.ImportOptions;
import dev.ekiden.calendar.files.ImportSource;
import dev.ekiden.calendar.files.SampleFiles;
import dev.ekiden.calendar.sample.SampleData;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.store.CalendarSchema;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;

/** Prints how fast full syncs of a thousand sample plans are; asserts nothing. */
final class SyncSpeed {

  private static final SampleSize SIZE = new SampleSize(20, 100, 1_000, 20);
  private static final int ROUNDS = 8;
  private static final int CONNECTIONS = 10;

  private SyncSpeed() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("sync-speed");
    try (EmbeddedPostgres postgres =
            EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory.resolve("postgres")));
        Database database = Database.open(postgres.address(), CONNECTIONS, "sync speed")) {
      try (Engine engine = Engine.on(database.dataSource()).build()) {
        engine.migrate();
      }
      CalendarSchema.migrate(database);
      try (TestServices services = TestServices.on(database, new EngineListener() {})) {
        importSample(services, directory);
        measure(services);
      }
    } finally {
      EmbeddedPostgres.delete(directory.resolve("postgres"));
    }
  }

  private static void importSample(TestServices services, Path directory) throws IOException {
    HolidayCalendars holidays = new HolidayCalendars();
    try (SampleFiles files = new SampleFiles(directory)) {
      SampleData.generate(SampleData.DEFAULT_SEED, SIZE, LocalDate.now(), holidays, files);
    }
    // No refreshes: the first sync is to fill everything.
    TruthWriter writer = new TruthWriter((connection, planIds, entity) -> {});
    new CalendarImport(services.database(), writer, holidays, services.clock())
        .run(ImportSource.inDirectory(directory), ImportOptions.DEFAULT, (name, rows) -> {});
  }

  private static void measure(TestServices services) throws InterruptedException {
    services.engine().start();
    services.refresh().workers().forEach(options -> services.engine().worker(options).start());
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      SyncRun run = services.refresh().startFullSync();
      while (!run.isFinished()) {
        Thread.sleep(5);
        run = services.refresh().syncRun(run.id()).orElseThrow();
      }
      double seconds = Duration.ofNanos(System.nanoTime() - begin).toNanos() / 1e9;
      System.out.printf(
          "sync %d: %,d days scanned, %,d changed, %d plans failed, %.2f s, %,.0f plan-days/s%n",
          round, run.scanned(), run.changed(), run.failedPlans(), seconds, run.scanned() / seconds);
    }
    System.out.println(services.refresh().verify(Optional.empty()));
  }
}
