package dev.ekiden.bench.chaos;

import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Measures how long the jobs of dead workers wait to be free. Thread-safe. */
final class Recoveries {
  /** While recoverer and database live. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  /** After the last of them is back. */
  static final Duration LIMIT_AFTER_RETURN = Duration.ofSeconds(20);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final String HELD =
      """
      SELECT count(*)
      FROM ekiden.running
      JOIN ekiden.worker ON worker.id = running.worker_id
      WHERE worker.name = :name
      """;

  private static final String LEADER =
      "SELECT COALESCE(max(holder), '') FROM ekiden.leader_lease WHERE name = 'engine-recovery'";

  private static final String LEADS =
      """
      SELECT count(*) > 0 FROM ekiden.leader_lease
      WHERE name = 'engine-recovery' AND strpos(holder, :name) > 0
      """;

  /** Who keeps others waiting at this moment. */
  private static final String BLOCKERS =
      """
      SELECT COALESCE(
               string_agg(
                 format('%s (%s, %s, since %s): %s', application_name, state, wait_event,
                        clock_timestamp() - state_change, left(query, 200)), '; '),
               'nobody')
      FROM pg_stat_activity
      WHERE pid = ANY (ARRAY(SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity))
      """;

  private final Database database;
  private final Duration limit;
  private final Duration limitAfterReturn;
  private final List<Duration> times = Collections.synchronizedList(new ArrayList<>());
  private final List<Violation> late = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> watches = Collections.synchronizedList(new ArrayList<>());
  private volatile long disturbedNanos = Long.MIN_VALUE;

  Recoveries(Database database, Duration limit, Duration limitAfterReturn) {
    this.database = database;
    this.limit = limit;
    this.limitAfterReturn = limitAfterReturn;
  }

  /** The database, or whoever recovers, was away until now. */
  void disturbed() {
    disturbedNanos = System.nanoTime();
  }

  /** Whether a process is the one that recovers. */
  boolean leads(String process) {
    return Persistently.get(() ->
        database.withHandle(
            handle -> handle.createQuery(LEADS).bind("name", process).mapTo(Boolean.class).one()));
  }

  /** Watches a worker process that died just now. */
  void watch(String process) {
    long died = System.nanoTime();
    watches.add(Thread.ofVirtual().start(() -> await(process, died)));
  }

  /**
   * Waits until the jobs of a process that stands still since just now are free; answers whether
   * they are.
   *
   * @param leads whether it is the one that recovers
   */
  boolean await(String process, boolean leads) {
    long died = System.nanoTime();
    if (leads) {
      disturbed();
    }
    return await(process, died);
  }

  private boolean await(String process, long died) {
    boolean held = false;
    String leader = ask(LEADER);
    while (true) {
      String present = ask(LEADER);
      if (!present.equals(leader)) {
        // The one that recovered is gone too, a job may have ended it; another waits for a lease.
        leader = present;
        disturbed();
      }
      long count =
          Persistently.get(() ->
              database.withHandle(handle ->
                  handle.createQuery(HELD).bind("name", process).mapTo(Long.class).one()));
      long now = System.nanoTime();
      boolean disturbed = disturbedNanos > died;
      Duration time = Duration.ofNanos(now - (disturbed ? disturbedNanos : died));
      Duration most = disturbed ? limitAfterReturn : limit;
      if (count == 0) {
        if (held) {
          times.add(time);
        }
        return true;
      }
      held = true;
      if (time.compareTo(most) > 0) {
        late.add(
            new Violation(
                Rule.RECOVERY,
                "%s still holds %d jobs after %s; others wait for %s"
                    .formatted(process, count, time, ask(BLOCKERS))));
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private String ask(String query) {
    return Persistently.get(
        () -> database.withHandle(handle -> handle.createQuery(query).mapTo(String.class).one()));
  }

  /** Waits for what is watched. */
  void join() throws InterruptedException {
    for (Thread watch : List.copyOf(watches)) {
      watch.join();
    }
  }

  List<Duration> times() {
    return List.copyOf(times);
  }

  List<Violation> violations() {
    return List.copyOf(late);
  }
}
