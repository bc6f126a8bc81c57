package dev.ekiden.bench.forms;

import dev.ekiden.bench.NamedStatement;
import dev.ekiden.bench.PostgresProbe;
import dev.ekiden.bench.PostgresProbe.Reading;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Enqueues jobs in a form, then drains them: each connection ends its last batch and claims the
 * next in one transaction, until there is nothing more.
 */
public final class FormDrain {
  /**
   * What a drain took.
   *
   * @param jobs how many ended
   * @param spent by the server while draining; the commits are those of the drain too
   * @param enqueueSpent by the server while enqueueing
   */
  public record Run(
      long jobs, double enqueueSeconds, double drainSeconds, Reading enqueueSpent, Reading spent) {

    public double perSecond() {
      return jobs / drainSeconds;
    }

    public double enqueuedPerSecond() {
      return jobs / enqueueSeconds;
    }

    public double walBytesPerJob() {
      return (double) spent.walBytes() / jobs;
    }

    public double enqueueWalBytesPerJob() {
      return (double) enqueueSpent.walBytes() / jobs;
    }

    public double cpuSecondsPer100k() {
      return spent.cpuSeconds() * 100_000 / jobs;
    }

    public double enqueueCpuSecondsPer100k() {
      return enqueueSpent.cpuSeconds() * 100_000 / jobs;
    }
  }

  /** Opens connections to the server. */
  public interface Connections {
    Connection open() throws SQLException;
  }

  private static final int ENQUEUE_BATCH = 10_000;
  private static final String SCHEMA = "form";

  private final Connections connections;
  private final PostgresProbe probe;
  private final AtomicLong holders = new AtomicLong();

  public FormDrain(Connections connections, PostgresProbe probe) {
    this.connections = connections;
    this.probe = probe;
  }

  /**
   * Runs once on fresh tables.
   *
   * @param workers connections that drain at the same time
   * @param batch most jobs of a claim
   */
  public Run run(TableForm form, int jobs, int workers, int batch)
      throws SQLException, InterruptedException {
    try (Connection own = connections.open();
        Statement statement = own.createStatement()) {
      statement.execute("DROP SCHEMA IF EXISTS %1$s CASCADE; CREATE SCHEMA %1$s".formatted(SCHEMA));
      use(own);
      statement.execute(form.create());
      statement.execute("CHECKPOINT"); // so that none comes while the clock runs
      Reading first = probe.read(own);
      long enqueueStart = System.nanoTime();
      enqueue(own, form, jobs);
      double enqueueSeconds = seconds(enqueueStart);
      Reading second = probe.read(own);
      statement.execute("VACUUM ANALYZE");
      Reading before = probe.read(own);
      long start = System.nanoTime();
      long ended = drain(form, workers, batch);
      double drainSeconds = seconds(start);
      if (ended != jobs) {
        throw new IllegalStateException(
            "%s: %d of %d jobs ended".formatted(form.name(), ended, jobs));
      }
      Reading spent = probe.read(own).since(before);
      statement.execute("DROP SCHEMA %s CASCADE".formatted(SCHEMA));
      return new Run(jobs, enqueueSeconds, drainSeconds, second.since(first), spent);
    }
  }

  private static void enqueue(Connection connection, TableForm form, int jobs) throws SQLException {
    try (NamedStatement insert = new NamedStatement(connection, form.enqueue())) {
      for (long from = 1; from <= jobs; from += ENQUEUE_BATCH) {
        insert.set("first", from).set("last", Math.min(jobs, from + ENQUEUE_BATCH - 1));
        insert.statement().execute();
      }
    }
  }

  private long drain(TableForm form, int workers, int batch)
      throws SQLException, InterruptedException {
    try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
      List<Future<Long>> drains = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        drains.add(executor.submit(() -> drainAlone(form, batch)));
      }
      long ended = 0;
      for (Future<Long> drain : drains) {
        ended += drain.get();
      }
      return ended;
    } catch (ExecutionException e) {
      throw new SQLException(form.name() + ": " + e.getMessage(), e);
    }
  }

  private long drainAlone(TableForm form, int batch) throws SQLException {
    try (Connection connection = connections.open()) {
      use(connection);
      connection.setAutoCommit(false);
      try (NamedStatement claim = new NamedStatement(connection, form.claim());
          NamedStatement complete = new NamedStatement(connection, form.complete())) {
        long ended = 0;
        long holder = 0;
        List<Long> held = List.of();
        do {
          if (!held.isEmpty()) {
            Long[] ids = held.toArray(Long[]::new);
            complete.set("done", connection.createArrayOf("bigint", ids)).set("holder", holder);
            ended += complete.statement().executeUpdate();
          }
          holder = holders.incrementAndGet();
          held = claim(claim.set("holder", holder).set("max", batch));
          connection.commit();
        } while (!held.isEmpty());
        return ended;
      }
    }
  }

  private static List<Long> claim(NamedStatement claim) throws SQLException {
    List<Long> ids = new ArrayList<>();
    long payloads = 0;
    try (ResultSet rows = claim.statement().executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getLong(1));
        payloads += rows.getString(2).length(); // a worker would read it
      }
    }
    return payloads < 0 ? List.of() : ids;
  }

  private static void use(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = " + SCHEMA);
    }
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
