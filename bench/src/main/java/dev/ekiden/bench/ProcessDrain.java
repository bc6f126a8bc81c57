package dev.ekiden.bench;

import dev.ekiden.bench.PostgresProbe.Reading;
import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.sql.Connection;

/**
 * A drain by a process of its own on an empty database. Its start is outside the clock; smaller
 * drains before it warm the process up, for as long whoever it is, for a compiler that still
 * translates takes its CPU time from the drain.
 */
final class ProcessDrain implements Burst.Contender {
  /** Starts the process. */
  interface Starter {
    Child start(DatabaseAddress database) throws IOException;
  }

  /** A drain of the warm-up is this part of the measured one. */
  private static final int WARM_UP_PARTS = 10;

  private final Lab lab;
  private final int jobs;
  private final double warmUpSeconds;
  private final Starter starter;

  ProcessDrain(Lab lab, int jobs, double warmUpSeconds, Starter starter) {
    this.lab = lab;
    this.jobs = jobs;
    this.warmUpSeconds = warmUpSeconds;
    this.starter = starter;
  }

  @Override
  public Burst.Run run() throws Exception {
    DatabaseAddress database = lab.createDatabase();
    try {
      return run(database);
    } finally {
      lab.dropDatabase(database);
    }
  }

  private void warmUp(Child child) throws Exception {
    int some = Math.max(1, jobs / WARM_UP_PARTS);
    for (double seconds = 0; seconds < warmUpSeconds; ) {
      child.ask("preload " + some);
      seconds += Double.parseDouble(child.ask("drain " + some));
    }
  }

  /** Runs on a database that is kept. */
  Burst.Run run(DatabaseAddress database) throws Exception {
    try (Connection connection = lab.connect(database)) {
      Reading before;
      Reading drained;
      double seconds;
      try (Child child = starter.start(database)) {
        warmUp(child);
        lab.execute(database, "CHECKPOINT"); // so that none comes while the clock runs
        child.ask("preload " + jobs + " measured");
        lab.execute(database, "VACUUM ANALYZE");
        before = lab.probe().read(connection);
        seconds = Double.parseDouble(child.ask("drain " + jobs));
        drained = lab.probe().read(connection);
      }
      // Its last commits are counted when its connections have ended.
      long commits = lab.probe().read(connection).commits() - before.commits();
      Reading spent = drained.since(before);
      return new Burst.Run(
          jobs, seconds, new Reading(spent.walBytes(), commits, spent.cpuSeconds()));
    }
  }
}
