package dev.ekiden.bench;

import dev.ekiden.bench.PostgresProbe.Reading;
import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.sql.Connection;

/**
 * A drain by a process of its own on an empty database. Its start is outside the clock; a first,
 * smaller drain warms it up.
 */
final class ProcessDrain implements Burst.Contender {
  /** Starts the process. */
  interface Starter {
    Child start(DatabaseAddress database) throws IOException;
  }

  private final Lab lab;
  private final int jobs;
  private final int warmUp;
  private final Starter starter;

  ProcessDrain(Lab lab, int jobs, int warmUp, Starter starter) {
    this.lab = lab;
    this.jobs = jobs;
    this.warmUp = warmUp;
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

  /** Runs on a database that is kept. */
  Burst.Run run(DatabaseAddress database) throws Exception {
    try (Connection connection = lab.connect(database)) {
      Reading before;
      Reading drained;
      double seconds;
      try (Child child = starter.start(database)) {
        if (warmUp > 0) {
          child.ask("preload " + warmUp);
          child.ask("drain " + warmUp);
        }
        lab.execute(database, "CHECKPOINT"); // so that none comes while the clock runs
        child.ask("preload " + jobs);
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
