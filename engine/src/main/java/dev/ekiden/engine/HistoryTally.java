package dev.ekiden.engine;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.HistoryTable.Counts;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts in memory what this process enqueues and runs, and passes all on. Thread-safe. */
final class HistoryTally implements EngineListener {
  /** What happened in one queue since it was taken. */
  private static final class Adders {
    private final LongAdder enqueued = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder retried = new LongAdder();

    /** What is added meanwhile is in this sum or in the next. */
    Counts take() {
      return new Counts(
          enqueued.sumThenReset(),
          succeeded.sumThenReset(),
          failed.sumThenReset(),
          retried.sumThenReset());
    }

    void add(Counts counts) {
      enqueued.add(counts.enqueued());
      succeeded.add(counts.succeeded());
      failed.add(counts.failed());
      retried.add(counts.retried());
    }
  }

  private final EngineListener next;
  private final Map<String, Adders> queues = new ConcurrentHashMap<>();

  HistoryTally(EngineListener next) {
    this.next = next;
  }

  /** Takes out what was counted, by queue; queues in which nothing happened are missing. */
  Map<String, Counts> take() {
    Map<String, Counts> taken = new TreeMap<>();
    queues.forEach((queue, adders) -> {
      Counts counts = adders.take();
      if (!counts.isZero()) {
        taken.put(queue, counts);
      }
    });
    return taken;
  }

  void putBack(Map<String, Counts> counts) {
    counts.forEach((queue, some) -> of(queue).add(some));
  }

  /** Counts jobs that nobody is told of. */
  void count(String queue, int jobs) {
    of(queue).enqueued.add(jobs);
  }

  private Adders of(String queue) {
    Adders present = queues.get(queue);
    return present == null ? queues.computeIfAbsent(queue, name -> new Adders()) : present;
  }

  @Override
  public void enqueued(String definition, String queue, int count) {
    count(queue, count);
    next.enqueued(definition, queue, count);
  }

  @Override
  public void attemptStarted(long jobId, int attempt, String definition, String queue) {
    next.attemptStarted(jobId, attempt, definition, queue);
  }

  @Override
  public void attemptEnded(
      long jobId, int attempt, String definition, String queue, Outcome outcome, Duration run) {
    switch (outcome) {
      case SUCCEEDED -> of(queue).succeeded.increment();
      case FAILED -> of(queue).failed.increment();
      case RETRIED -> of(queue).retried.increment();
      case CANCELED, RETURNED, LOST -> {}
    }
    next.attemptEnded(jobId, attempt, definition, queue, outcome, run);
  }

  @Override
  public void completionRefused(long jobId, int attempt) {
    next.completionRefused(jobId, attempt);
  }

  @Override
  public void workerLost(long workerId, int attempts) {
    next.workerLost(workerId, attempts);
  }

  @Override
  public void scheduleFired(String schedule, boolean skipped) {
    next.scheduleFired(schedule, skipped);
  }

  @Override
  public void scheduleMissed(String schedule, long firings) {
    next.scheduleMissed(schedule, firings);
  }
}
