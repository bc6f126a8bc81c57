package dev.ekiden.bench.chaos;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.postgres.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** The database is away while many long attempts run: none is started again, none is lost. */
final class Outage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String RUNNING =
      """
      SELECT count(*) FROM ekiden.running JOIN ekiden.definition ON definition.id = definition_id
      WHERE definition.name = 'long' AND started_at IS NOT NULL
      """;

  private static final String BAD =
      """
      SELECT 'job ' || finished.id || ' is ' || state || ' after attempt ' || attempt
      FROM ekiden.finished JOIN ekiden.definition ON definition.id = definition_id
      WHERE definition.name = 'long' AND (state <> 'SUCCEEDED' OR attempt <> 1)
      UNION ALL
      SELECT 'job ' || job || ' was interrupted' FROM public.history
      WHERE kind = 'INTERRUPTED'
        AND job IN (SELECT finished.id FROM ekiden.finished
                    JOIN ekiden.definition ON definition.id = definition_id
                    WHERE definition.name = 'long')
      """;

  private final Server server;
  private final Database database;
  private final Engine control;
  private final ChaosSize size;
  private final WorkerSlot slot;

  /** Starts the process that runs them. */
  Outage(Server server, Database database, Engine control, ChaosSize size, Path directory) {
    this.server = server;
    this.database = database;
    this.control = control;
    this.size = size;
    this.slot =
        new WorkerSlot(server.address(), size.lease(), 99, size.longJobs(), true, directory);
  }

  /** Answers the jobs that were accepted; adds what was broken. */
  List<Long> run(List<Violation> violations) throws InterruptedException {
    slot.awaitReady();
    List<Long> accepted =
        control
            .enqueue(IntStream.rangeClosed(1, size.longJobs()).mapToObj(Load::longOne).toList())
            .stream()
            .map(Enqueued::id)
            .toList();
    await(size.longJobs());
    server.away(size.outage());
    // By now whoever wants to take them away has done so.
    LockSupport.parkNanos(size.lease().multipliedBy(3).toNanos());
    long left = running();
    if (left != size.longJobs()) {
      violations.add(
          new Violation(Rule.OUTAGE, left + " of " + size.longJobs() + " attempts still run"));
    }
    slot.present().tell(ChaosWorker.LET_GO);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (running() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    violations.addAll(broken(database));
    if (slot.generations() > 1) {
      violations.add(new Violation(Rule.OUTAGE, "the worker process has died"));
    }
    return accepted;
  }

  @Override
  public void close() {
    slot.close();
  }

  /** What the outage did to the long attempts. */
  static List<Violation> broken(Database database) {
    return Persistently.get(() -> History.of(database).ask(BAD)).stream()
        .map(how -> new Violation(Rule.OUTAGE, how))
        .toList();
  }

  private long running() {
    return Persistently.get(
        () -> database.withHandle(handle -> handle.createQuery(RUNNING).mapTo(Long.class).one()));
  }

  private void await(long wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (running() < wanted) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("only " + running() + " long attempts have started");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
