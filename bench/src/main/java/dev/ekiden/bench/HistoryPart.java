package dev.ekiden.bench;

import dev.ekiden.bench.contender.Workload;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.cli.ProgressBar;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The same drain in a database that keeps many finished jobs. */
final class HistoryPart implements Part {
  private static final String KEPT = "Ekiden with history";
  private static final double GOAL = 0.9;
  private static final int BATCH = 100_000;

  private final Lab lab;
  private final EngineSizes sizes;
  private @Nullable DatabaseAddress database;

  HistoryPart(Lab lab, EngineSizes sizes) {
    this.lab = lab;
    this.sizes = sizes;
  }

  @Override
  public void join(Burst burst) throws Exception {
    burst.add(PLAIN, DrainPart.ekiden(lab, sizes, Workload.PLAIN));
    DatabaseAddress filled = lab.createDatabase();
    database = filled;
    fill(filled);
    ProcessDrain drain = DrainPart.ekiden(lab, sizes, Workload.PLAIN);
    burst.add(KEPT, () -> drain.run(filled));
  }

  private void fill(DatabaseAddress filled) throws Exception {
    try (Child child = lab.java(filled, "ekiden", Workload.PLAIN.name())) {
      child.ask("preload 1"); // a first row of each kind, to be like
      child.ask("drain 1");
    }
    try (Connection connection = lab.connect(filled);
        NamedStatement insert = new NamedStatement(connection, FinishedRows.INSERT);
        ProgressBar progress =
            ProgressBar.start(lab.terminal(), "finished jobs to keep", sizes.history())) {
      for (int done = 0; done < sizes.history(); done += BATCH) {
        insert.set("count", Math.min(BATCH, sizes.history() - done)).statement().execute();
        progress.moveTo(Math.min(sizes.history(), done + BATCH));
      }
    }
    lab.execute(filled, "VACUUM ANALYZE");
  }

  @Override
  public void tell(Burst burst, Figures figures) throws SQLException {
    figures.atLeastTimes(
        "drain with %,d finished jobs kept, beside none".formatted(sizes.history()),
        burst.rate(KEPT),
        "jobs/s",
        burst.rate(PLAIN),
        GOAL);
    if (database != null) {
      lab.dropDatabase(database);
    }
  }
}
