package dev.ekiden.bench.calendar;

import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceRule;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.store.Revised;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * Changes prices of single plans and measures how long each takes to be seen: from its commit until
 * a reader who looks every {@value #BETWEEN_LOOKS_MILLIS} ms finds the plan's cached calendar to be
 * of that truth or a newer one.
 */
final class VisibleChanges implements AutoCloseable {
  private static final int BETWEEN_LOOKS_MILLIS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int PRICE_STEP = 10;

  private static final String TRUTH_VERSION =
      """
      SELECT plan.version + space.version + venue.version
      FROM calendar.plan
      JOIN calendar.space ON space.id = plan.space_id
      JOIN calendar.venue ON venue.id = space.venue_id
      WHERE plan.id = :id
      """;

  private static final String CACHED_VERSIONS =
      "SELECT plan_id, truth_version FROM calendar.plan_calendar WHERE plan_id = ANY(:ids)";

  /** A change that nobody has seen yet. */
  private record Change(long planId, long version, long committedNanos) {}

  private final Database database;
  private final TruthWriter writer;
  private final List<Long> planIds;
  private final Random random;
  private final Map<Integer, Change> waiting = new ConcurrentHashMap<>();
  private final Histogram nanos = new SynchronizedHistogram(PATIENCE.toNanos(), 3);
  private final Thread reader;
  private volatile boolean closed;
  private int made;

  VisibleChanges(Database database, TruthWriter writer, List<Long> planIds, long seed) {
    this.database = database;
    this.writer = writer;
    this.planIds = planIds;
    this.random = new Random(seed);
    this.reader = Thread.ofPlatform().daemon().name("visibility").start(this::look);
  }

  /** Changes one plan. For one thread. */
  void change() {
    long planId = planIds.get(random.nextInt(planIds.size()));
    long version =
        database.inTransaction(handle -> {
          writer.change(
              handle, TruthTables.PLANS, planId, plan -> Revised.prices(plan, otherwise(plan)));
          return handle.createQuery(TRUTH_VERSION).bind("id", planId).mapTo(Long.class).one();
        });
    waiting.put(made++, new Change(planId, version, System.nanoTime()));
  }

  private static PriceList otherwise(Plan plan) {
    List<PriceRule> rules =
        plan.prices().rules().stream()
            .map(rule -> {
              long amount = rule.amountPerHour() + PRICE_STEP;
              return new PriceRule(
                  rule.days(), rule.time(), amount > PriceTerms.MAXIMUM_AMOUNT ? 0 : amount);
            })
            .toList();
    return new PriceList(plan.prices().terms(), rules);
  }

  /** Waits until all have been seen; answers how long each took. */
  Histogram awaitAll() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!waiting.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(waiting.size() + " changes were not seen");
      }
      Thread.sleep(BETWEEN_LOOKS_MILLIS);
    }
    return nanos;
  }

  private void look() {
    while (!closed) {
      try {
        lookOnce();
        Thread.sleep(BETWEEN_LOOKS_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** A change that came after the question was asked is judged the next time. */
  private void lookOnce() {
    Map<Integer, Change> asked = Map.copyOf(waiting);
    if (asked.isEmpty()) {
      return;
    }
    Map<Long, Long> cached = new HashMap<>();
    database.withHandle(handle -> {
      handle
          .createQuery(CACHED_VERSIONS)
          .bindArray("ids", Long.class, asked.values().stream().map(Change::planId).toList())
          .map((row, context) -> Map.entry(row.getLong(1), row.getLong(2)))
          .forEach(entry -> cached.put(entry.getKey(), entry.getValue()));
      return cached;
    });
    long now = System.nanoTime();
    asked.forEach((number, change) -> {
      if (cached.getOrDefault(change.planId(), 0L) >= change.version()) {
        waiting.remove(number);
        nanos.recordValue(Math.min(PATIENCE.toNanos(), now - change.committedNanos()));
      }
    });
  }

  @Override
  public void close() {
    closed = true;
    reader.interrupt();
  }
}
