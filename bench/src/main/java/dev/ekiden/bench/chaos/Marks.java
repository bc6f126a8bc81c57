package dev.ekiden.bench.chaos;

import dev.ekiden.engine.JobContext;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what handlers do, by a way to the database that no proxy disturbs: when {@link
 * #write} returns it is there for good, however often the database went away meanwhile.
 * Thread-safe.
 */
final class Marks implements AutoCloseable {
  private static final int MOST = 500;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private record Mark(
      Act act,
      long job,
      int attempt,
      String call,
      @Nullable String note,
      long millis,
      CompletableFuture<Boolean> written) {}

  // A writer that is not sure whether its marks were stored writes them again.
  private static final String WRITE =
      """
      INSERT INTO public.history (kind, job, attempt, process, note, handler_millis)
      SELECT * FROM unnest(
        CAST(:kinds AS text[]), CAST(:jobs AS bigint[]), CAST(:attempts AS integer[]),
        CAST(:calls AS text[]), CAST(:notes AS text[]), CAST(:millis AS bigint[]))
      ON CONFLICT DO NOTHING
      """;

  private static final String WRITE_IN =
      """
      INSERT INTO public.history (kind, job, attempt, process, handler_millis)
      VALUES (?, ?, ?, ?, ?)
      """;

  private final String process;
  private final Database database;
  private final boolean ownsDatabase;
  private final BlockingQueue<Mark> waiting = new LinkedBlockingQueue<>();
  private final AtomicLong calls = new AtomicLong();
  private final Thread writer;
  private volatile boolean closed;

  private Marks(String process, Database database, boolean ownsDatabase) {
    this.process = process;
    this.database = database;
    this.ownsDatabase = ownsDatabase;
    this.writer = Thread.ofPlatform().daemon().name("marks").start(this::writeAll);
  }

  /** Opens the way, as soon as the database is there. */
  static Marks open(DatabaseAddress address, String process) {
    while (true) {
      try {
        return new Marks(process, Database.open(address, 2, "marks of " + process), true);
      } catch (RuntimeException e) {
        LockSupport.parkNanos(REST_NANOS);
      }
    }
  }

  /** On a database that is open already, and stays open. */
  static Marks of(Database database, String process) {
    return new Marks(process, database, false);
  }

  /** A name for one call of a handler, so that a second one is seen. */
  String call() {
    return process + ", call " + calls.incrementAndGet();
  }

  /** Writes down what a handler does to jobs. An interrupt is kept for the caller. */
  void write(Act act, String call, @Nullable String note, List<? extends JobContext> contexts) {
    long millis = System.currentTimeMillis();
    List<CompletableFuture<Boolean>> written = new ArrayList<>();
    for (JobContext context : contexts) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      waiting.add(new Mark(act, context.jobId(), context.attempt(), call, note, millis, done));
      written.add(done);
    }
    written.forEach(CompletableFuture::join);
  }

  /**
   * Writes down what a handler does in a transaction of its own, which PostgreSQL ends when its
   * process is stopped in the middle.
   */
  static void writeIn(Connection connection, Act act, String call, JobContext context)
      throws SQLException {
    try (Statement bound = connection.createStatement();
        PreparedStatement write = connection.prepareStatement(WRITE_IN)) {
      bound.execute("SET LOCAL idle_in_transaction_session_timeout = '5s'");
      write.setString(1, act.name());
      write.setLong(2, context.jobId());
      write.setInt(3, context.attempt());
      write.setString(4, call);
      write.setLong(5, System.currentTimeMillis());
      write.executeUpdate();
    }
  }

  /** Writes down what is done to the run. */
  void write(Act act, String note) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    waiting.add(new Mark(act, 0, 0, call(), note, System.currentTimeMillis(), done));
    done.join();
  }

  /** The present version of a key. */
  long version(String key) {
    while (true) {
      try {
        return database.withHandle(handle ->
            handle
                .createQuery("SELECT version FROM public.change WHERE key = :key")
                .bind("key", key)
                .mapTo(Long.class)
                .one());
      } catch (RuntimeException e) {
        giveUpUnless(Database.isTransient(e) && !Thread.currentThread().isInterrupted(), e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    writer.interrupt();
    if (ownsDatabase) {
      database.close();
    }
  }

  private void writeAll() {
    List<Mark> marks = new ArrayList<>();
    try {
      while (!closed) {
        marks.add(waiting.take());
        waiting.drainTo(marks, MOST);
        store(marks);
        marks.forEach(mark -> mark.written().complete(true));
        marks.clear();
      }
    } catch (InterruptedException | RuntimeException e) {
      // Closed; whoever waits is told.
      marks.addAll(waiting);
      marks.forEach(mark -> mark.written().completeExceptionally(e));
    }
  }

  private void store(List<Mark> marks) {
    while (true) {
      try {
        database.useTransaction(handle ->
            handle
                .createUpdate(WRITE)
                .bindArray(
                    "kinds", String.class, marks.stream().map(mark -> mark.act().name()).toList())
                .bindArray("jobs", Long.class, marks.stream().map(Mark::job).toList())
                .bindArray("attempts", Integer.class, marks.stream().map(Mark::attempt).toList())
                .bindArray("calls", String.class, marks.stream().map(Mark::call).toList())
                .bindArray("notes", String.class, marks.stream().map(Mark::note).toList())
                .bindArray("millis", Long.class, marks.stream().map(Mark::millis).toList())
                .execute());
        return;
      } catch (RuntimeException e) {
        giveUpUnless(Database.isTransient(e) && !closed, e);
      }
    }
  }

  private static void giveUpUnless(boolean again, RuntimeException e) {
    if (!again) {
      throw e;
    }
    LockSupport.parkNanos(REST_NANOS);
  }
}
