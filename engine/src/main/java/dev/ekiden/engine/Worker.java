package dev.ekiden.engine;

import dev.ekiden.engine.JobContext.Stop;
import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims jobs and runs their handlers.
 *
 * <p>One {@link Dispatcher} thread talks to the database, handlers run on virtual threads, and a
 * {@link WorkerLease} tells others that the worker lives; {@link WorkerState} is what they share.
 * Got from {@link Engine#worker}; starts once and ends with {@link #drain} or {@link #close}.
 * Thread-safe.
 */
public final class Worker implements AutoCloseable {
  /** How long {@link #close} lets handlers run on. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

  /** How long a handler may ignore its interrupt before its attempt ends without it. */
  public static final Duration INTERRUPT_GRACE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final Engine engine;
  private final WorkerOptions options;
  private final WorkerState state;
  private final WorkerLease lease;
  private final AttemptStore attempts;
  private final Dispatcher dispatcher;
  private final ScheduledThreadPoolExecutor timer;
  private final WakeUps.Subscriber subscriber;

  Worker(
      Engine engine,
      Database database,
      WorkerOptions options,
      List<Lane> lanes,
      Map<Integer, JobDefinition<?>> definitions) {
    this.engine = engine;
    this.options = options;
    this.state = new WorkerState(options, lanes, definitions, this::begin);
    this.lease =
        new WorkerLease(
            database,
            options,
            definitions.values().stream().map(JobDefinition::name).sorted().toList(),
            engine.lease(),
            state);
    this.attempts = new AttemptStore(database);
    this.dispatcher =
        new Dispatcher(
            engine, database, state, options.name(), lease::id, List.copyOf(definitions.keySet()));
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("ekiden-timeouts-" + options.name()).factory());
    timer.setRemoveOnCancelPolicy(true);
    this.subscriber = new Ears();
  }

  /**
   * Takes a lease and begins to claim. When the lease cannot be taken because the database is away,
   * the worker can be started again.
   *
   * @throws IllegalStateException when it was started before
   */
  public void start() {
    state.started();
    try {
      attempts.prepare();
      lease.start();
    } catch (RuntimeException e) {
      state.notStarted();
      throw e;
    }
    engine.wakeUps().subscribe(subscriber);
    dispatcher.start();
  }

  /** The number of its present lease; changes when the lease was lost. */
  public long id() {
    return lease.id();
  }

  public WorkerOptions options() {
    return options;
  }

  /** Whether it holds no job, started or not, and has stored every end. */
  public boolean isIdle() {
    return state.isIdle();
  }

  /** Waits until a claim found nothing and everything claimed before has ended and is stored. */
  void awaitNothingToClaim() {
    state.awaitNothingToClaim();
  }

  /** Claims of this worker that have begun. */
  long claims() {
    return state.claims();
  }

  /** Attempts of this worker that ended. */
  int endedAttempts() {
    return state.storedEnds();
  }

  /**
   * Claims no more, gives back what has not started, and lets handlers run on for the grace. Those
   * that still run are then interrupted and their jobs given back, which does not count as a
   * failure; one that ignores even that for {@link #INTERRUPT_GRACE} is left behind. What cannot be
   * stored because the database is away is found by recovery when it is back.
   */
  public void drain(Duration grace) {
    switch (state.draining()) {
      case NEW -> {
        timer.shutdownNow();
        engine.ended(this);
      }
      case RUNNING, DRAINING -> {
        if (!state.awaitNoHandlers(grace)) {
          state.interruptHandlers();
          if (!state.awaitNoHandlers(INTERRUPT_GRACE)) {
            state.executions().forEach(Execution::abandon);
          }
        }
        if (!state.awaitStored(INTERRUPT_GRACE)) {
          LOG.warn("Worker {} ends with ends it could not store", options.name());
        }
        end();
      }
      case ENDED -> {}
    }
  }

  /** Drains with {@link #DEFAULT_GRACE}. */
  @Override
  public void close() {
    drain(DEFAULT_GRACE);
  }

  private void end() {
    state.ended();
    engine.wakeUps().unsubscribe(subscriber);
    timer.shutdownNow();
    try {
      dispatcher.join(INTERRUPT_GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lease.end();
    engine.ended(this);
  }

  private void begin(List<Execution> executions) {
    for (Execution execution : executions) {
      String definition = execution.definition().name();
      for (ClaimedJob job : execution.jobs()) {
        engine.listener().attemptStarted(job.id(), job.attempt(), definition, execution.queue());
      }
      execution.uses(attempts);
      execution.start();
      Duration timeout = execution.definition().timeout();
      if (timeout != null) {
        execution.watchedBy(after(timeout, () -> timedOut(execution)));
      }
    }
  }

  private void timedOut(Execution execution) {
    execution.stop(Stop.TIMEOUT);
    execution.watchedBy(
        after(
            INTERRUPT_GRACE,
            () -> {
              LOG.warn(
                  "The handler of {} goes on {} after its interrupt; job {} ends without it",
                  execution.definition().name(),
                  INTERRUPT_GRACE,
                  execution.jobs().getFirst().id());
              execution.abandon();
            }));
  }

  private Future<?> after(Duration delay, Runnable action) {
    return timer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private final class Ears implements WakeUps.Subscriber {
    @Override
    public void jobsReady(@Nullable Short queueId) {
      state.jobsReady(queueId);
    }

    @Override
    public void stopAsked(long workerId) {
      if (workerId == lease.id()) {
        lease.wake();
      }
    }

    @Override
    public void queuePaused(short queueId) {
      state.giveBack(job -> job.queueId() == queueId);
    }

    @Override
    public void groupHeld(long groupId) {
      state.giveBack(job -> job.groupId() == groupId);
    }
  }
}
