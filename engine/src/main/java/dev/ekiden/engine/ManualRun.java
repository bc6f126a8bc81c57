package dev.ekiden.engine;

import dev.ekiden.engine.store.JobTable;
import dev.ekiden.postgres.Database;
import java.util.List;

/** Runs what is due with a worker of its own, one job at a time, until nothing is due. */
final class ManualRun {
  private final Engine engine;
  private final Database database;
  private final DueJobs dueJobs;
  private final StandAside aside;

  ManualRun(Engine engine, Database database, DueJobs dueJobs) {
    this.engine = engine;
    this.database = database;
    this.dueJobs = dueJobs;
    this.aside = new StandAside(engine, database, StandAside.PATIENCE);
  }

  int run() {
    List<String> queues =
        engine.runnableDefinitions().stream().map(JobDefinition::queue).distinct().toList();
    WorkerOptions options =
        WorkerOptions.of(queues.toArray(String[]::new))
            .withName("manual")
            .withConcurrency(1)
            .withMaxPrefetch(0);
    try (Worker worker = engine.worker(options)) {
      worker.start();
      long claims;
      do {
        // A claim that begins after this was read may bring something while we look.
        claims = worker.claims();
        worker.awaitNothingToClaim();
      } while (becameDue(queues) || claims + 1 < worker.claims() || !worker.isIdle());
      return worker.endedAttempts();
    }
  }

  private boolean becameDue(List<String> queues) {
    long due = dueJobs.promote() + engine.schedules().fireDue() + aside.letBack();
    if (due > 0) {
      return true;
    }
    List<Integer> definitionIds =
        database.withHandle(handle ->
            engine.runnableDefinitions().stream()
                .map(definition -> engine.catalog().get(handle, definition.name()).id())
                .toList());
    return database.withHandle(handle -> JobTable.hasRunnable(handle, queues, definitionIds));
  }
}
