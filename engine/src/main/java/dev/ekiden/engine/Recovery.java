package dev.ekiden.engine;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.BulkTable;
import dev.ekiden.engine.store.CheckpointTable;
import dev.ekiden.engine.store.EnqueueTable;
import dev.ekiden.engine.store.IdTable;
import dev.ekiden.engine.store.LimitTable;
import dev.ekiden.engine.store.Pace;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.engine.store.WorkerTable;
import dev.ekiden.engine.store.WorkerTable.Held;
import dev.ekiden.engine.store.WorkerTable.Orphan;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.LeaderLease;
import dev.ekiden.postgres.Leadership;
import dev.ekiden.postgres.LeadershipLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds workers whose lease has run out and gives their jobs to others; also forgets what has no
 * use any more, adds up the depths, and lets jobs stand aside that nobody can run. One process of
 * all does it at a time.
 *
 * <p>It takes no lease away until one full lease after the database, or its own leadership, came
 * back: workers that could not renew because the database was away get their chance first.
 */
final class Recovery {
  /**
   * The leader's own lease as a part of a worker's. A worker renews after a third of its lease. So
   * when the database is away for less than another third, no lease runs out; and when it is away
   * for longer, the leadership is a new one, which waits.
   */
  private static final int LEADER_PART = 3;

  /** How often leases are judged, as a part of the leader's lease. */
  private static final int PERIOD_PART = 4;

  /** A job that this many workers died under is FAILED. */
  static final int MAX_LOSSES = 3;

  private static final int BATCH = 1_000;
  private static final Duration FREE = Duration.ofMillis(100);
  private static final int REST_FACTOR = 4;
  private static final long HOUSEKEEPING_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final Duration WORKER_MEMORY = Duration.ofDays(7);
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Engine engine;
  private final Database database;
  private final LeaderLease leader;
  private final Ageing ageing;
  private final DepthTally depths;
  private final StandAside aside;
  private final HistorySampler history;
  private final Duration period;

  /** Looks for attempts without a worker, which pass by all that ran. */
  private final Pace orphanLooks = new Pace(FREE, REST_FACTOR);

  private long nextHousekeepingNanos = System.nanoTime();

  Recovery(Engine engine, Database database, String holder) {
    this.engine = engine;
    this.database = database;
    Duration leaderLease = engine.lease().dividedBy(LEADER_PART);
    this.leader = LeaderLease.of(database, "engine-recovery", leaderLease, holder);
    this.ageing = new Ageing(database);
    this.depths = new DepthTally(database);
    this.aside = new StandAside(engine, database, StandAside.PATIENCE);
    this.history = new HistorySampler(database);
    this.period = leaderLease.dividedBy(PERIOD_PART);
  }

  Duration run() {
    Optional<Leadership> leadership = leader.acquireOrRenew();
    try {
      leadership.ifPresent(this::recover);
    } catch (LeadershipLostException e) {
      // Nothing was changed: whoever leads now goes on, or this process when it leads again.
      LOG.info("The recovery leaves its work to another: {}", e.getMessage());
    }
    return period;
  }

  void close() {
    try {
      leader.release();
    } catch (RuntimeException e) {
      LOG.debug("The recovery's leadership will run out", e);
    }
  }

  private void recover(Leadership leadership) {
    boolean expired = false;
    while (expireOne(leadership)) {
      expired = true;
    }
    if (expired || orphanLooks.isDue()) {
      orphanLooks.run(() -> {
        while (returnOrphans(leadership)) {}
      });
    }
    ageing.raiseDue();
    depths.addUpDue();
    aside.run();
    history.runDue();
    if (System.nanoTime() >= nextHousekeepingNanos) {
      nextHousekeepingNanos = System.nanoTime() + HOUSEKEEPING_NANOS;
      database.useTransaction(handle -> WorkerTable.forget(handle, WORKER_MEMORY));
      database.useTransaction(handle -> BulkTable.forget(handle, Bulk.MEMORY));
      database.useTransaction(LimitTable::expire);
      database.useTransaction(IdTable::note);
      database.useTransaction(IdTable::forget);
      engine.retention().apply(handle -> leader.assertHeld(handle, leadership));
      while (database.inTransaction(handle -> EnqueueTable.expireUnique(handle, BATCH)) == BATCH) {}
      while (database.inTransaction(handle -> CheckpointTable.forget(handle, BATCH)) == BATCH) {}
    }
  }

  private boolean expireOne(Leadership leadership) {
    Optional<Long> worker =
        database.inTransaction(handle -> {
          leader.assertHeld(handle, leadership);
          return WorkerTable.expireOne(handle, engine.lease(), leadership.acquiredAt());
        });
    worker.ifPresent(id -> LOG.warn("Worker {} is lost: its lease ran out", id));
    return worker.isPresent();
  }

  private boolean returnOrphans(Leadership leadership) {
    List<Orphan> orphans = new ArrayList<>();
    List<Settled> settled =
        database.inTransaction(handle -> {
          leader.assertHeld(handle, leadership);
          orphans.addAll(WorkerTable.orphans(handle, BATCH));
          return orphans.isEmpty()
              ? List.of()
              : SettleTable.settle(handle, orphans.stream().map(Recovery::settlement).toList());
        });
    Set<Short> readyQueues = settled.stream().map(Settled::queueId).collect(Collectors.toSet());
    for (Settled end : settled) {
      Short wakes = end.wakes();
      if (wakes != null) {
        readyQueues.add(wakes);
      }
    }
    engine.wakeUps().jobsReady(readyQueues);
    Map<Long, Integer> perWorker = new HashMap<>();
    orphans.forEach(orphan -> perWorker.merge(orphan.held().ref().workerId(), 1, Integer::sum));
    perWorker.forEach((worker, attempts) -> {
      LOG.warn("{} attempts of lost worker {} go to others", attempts, worker);
      engine.listener().workerLost(worker, attempts);
    });
    return orphans.size() == BATCH;
  }

  private static Settlement settlement(Orphan lost) {
    Held orphan = lost.held();
    if (lost.takenOver()) {
      // To the job it is as if its worker had drained, but the number of the attempt stays used.
      return new Settlement(
          orphan.ref(),
          Outcome.LOST,
          false,
          0,
          lost.startedAgoMicros(),
          null,
          "worker-lost",
          null,
          false);
    }
    boolean last = orphan.startedAt() != null && orphan.losses() + 1 >= MAX_LOSSES;
    return new Settlement(
        orphan.ref(),
        last ? Outcome.FAILED : Outcome.LOST,
        true,
        0,
        null,
        null,
        orphan.startedAt() == null ? null : "worker-lost",
        last ? "the worker died under this job " + MAX_LOSSES + " times" : null);
  }
}
