package dev.ekiden.engine;

import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.Pace;
import dev.ekiden.engine.store.WorkerTable;
import dev.ekiden.engine.store.WorkerTable.Held;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the database that a worker lives, on a thread of its own so that slow claims do not cost
 * the lease. When the lease was taken away, a new one begins under a new number and the attempts of
 * the old one are fenced.
 */
final class WorkerLease {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLease.class);

  private static final Duration FREE = Duration.ofMillis(100);
  private static final int REST_FACTOR = 4;

  private final Database database;
  private final WorkerOptions options;
  private final List<String> definitions;
  private final Duration lease;

  /** Looks for all that it holds, which pass by all that ran. */
  private final Pace wholeLooks = new Pace(FREE, REST_FACTOR);

  private final WorkerState state;
  private volatile long id;
  private volatile @Nullable Agent agent;

  WorkerLease(
      Database database,
      WorkerOptions options,
      List<String> definitions,
      Duration lease,
      WorkerState state) {
    this.database = database;
    this.options = options;
    this.definitions = definitions;
    this.lease = lease;
    this.state = state;
  }

  /** The number of the present lease. */
  long id() {
    return id;
  }

  /** Takes the lease, and keeps it from then on. */
  void start() {
    register();
    agent = Agent.start("lease of worker " + options.name(), this::keep);
  }

  /** Looks at once instead of at its next turn. */
  void wake() {
    Agent present = agent;
    if (present != null) {
      present.wake();
    }
  }

  /** Stops keeping the lease and gives it up. */
  void end() {
    Agent present = agent;
    if (present != null) {
      present.close();
    }
    try {
      database.useTransaction(handle -> WorkerTable.leave(handle, id));
    } catch (RuntimeException e) {
      LOG.warn(
          "Worker {} could not give up its lease, which will run out: {}",
          options.name(),
          Failures.brief(e));
    }
  }

  private void register() {
    long before = System.nanoTime();
    id =
        database.inTransaction(handle ->
            WorkerTable.register(
                handle,
                options.name(),
                options.concurrency(),
                state.lanes().stream().map(Lane::queue).toList(),
                definitions,
                lease));
    state.leaseRunsUntil(before + lease.toNanos());
  }

  private Duration keep() {
    long before = System.nanoTime();
    long worker = id;
    if (database.inTransaction(handle -> WorkerTable.renew(handle, worker, lease))) {
      state.leaseRunsUntil(before + lease.toNanos());
      if (wholeLooks.isDue()) {
        List<Held> held =
            wholeLooks.time(() -> database.withHandle(handle -> WorkerTable.held(handle, worker)));
        for (AttemptRef stranger : state.compare(held)) {
          LOG.warn(
              "Job {} was claimed by a claim whose answer was lost; it is given back",
              stranger.jobId());
        }
      } else {
        List<Long> known = state.known().stream().map(AttemptRef::jobId).toList();
        state.stopRequested(database.withHandle(handle -> WorkerTable.held(handle, worker, known)));
      }
    } else {
      int fenced = state.leaseLost();
      register();
      LOG.warn(
          "Worker {} had lost its lease {}: {} attempts it still runs are fenced; it goes on as {}",
          options.name(),
          worker,
          fenced,
          id);
    }
    return lease.dividedBy(3);
  }
}
