package dev.ekiden.server.api;

import dev.ekiden.engine.QueueSummary;
import dev.ekiden.engine.WorkerSummary;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Depth and age of the queues and who serves them, read from the database once per scrape. While
 * the database is away the scrape goes on without them and {@code ekiden_database_up} is 0.
 */
public final class QueueGauges implements MultiCollector {
  private static final Logger log = LoggerFactory.getLogger(QueueGauges.class);

  private final Supplier<List<QueueSummary>> queues;
  private final Supplier<List<WorkerSummary>> workers;

  public QueueGauges(Supplier<List<QueueSummary>> queues, Supplier<List<WorkerSummary>> workers) {
    this.queues = queues;
    this.workers = workers;
  }

  private record Load(List<QueueSummary> queues, List<WorkerSummary> workers) {}

  @Override
  public MetricSnapshots collect() {
    try {
      return snapshots(read());
    } catch (ExecutionException | TimeoutException e) {
      log.debug("queues are not measured: {}", e.toString());
      return new MetricSnapshots(databaseUp(0));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new MetricSnapshots();
    }
  }

  /** A scrape must not hang with the database. */
  private Load read() throws InterruptedException, ExecutionException, TimeoutException {
    FutureTask<Load> task = new FutureTask<>(() -> new Load(queues.get(), workers.get()));
    Thread thread = Thread.ofVirtual().name("ekiden-queue-gauges").start(task);
    try {
      return task.get(Readiness.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      thread.interrupt();
    }
  }

  private static MetricSnapshots snapshots(Load load) {
    GaugeSnapshot.Builder depth =
        GaugeSnapshot.builder().name("ekiden_queue_jobs").help("Jobs of a queue by state.");
    GaugeSnapshot.Builder age =
        GaugeSnapshot.builder()
            .name("ekiden_queue_oldest_ready_seconds")
            .help("How long the oldest ready job of a queue has waited.");
    GaugeSnapshot.Builder paused =
        GaugeSnapshot.builder().name("ekiden_queue_paused").help("1 while a queue is paused.");
    GaugeSnapshot.Builder workers =
        GaugeSnapshot.builder().name("ekiden_workers").help("Workers that serve a queue.");
    for (QueueSummary queue : load.queues()) {
      depth.dataPoint(point(queue.ready(), "queue", queue.name(), "state", "ready"));
      depth.dataPoint(point(queue.scheduled(), "queue", queue.name(), "state", "scheduled"));
      depth.dataPoint(point(queue.blocked(), "queue", queue.name(), "state", "blocked"));
      depth.dataPoint(point(queue.running(), "queue", queue.name(), "state", "running"));
      Duration oldest = queue.oldestReady();
      age.dataPoint(point(oldest == null ? 0.0 : Seconds.of(oldest), "queue", queue.name()));
      paused.dataPoint(point(queue.isPaused() ? 1 : 0, "queue", queue.name()));
      long serving =
          load.workers().stream().filter(worker -> worker.queues().contains(queue.name())).count();
      workers.dataPoint(point(serving, "queue", queue.name()));
    }
    return new MetricSnapshots(
        depth.build(), age.build(), paused.build(), workers.build(), databaseUp(1));
  }

  private static GaugeSnapshot databaseUp(long value) {
    return GaugeSnapshot.builder()
        .name("ekiden_database_up")
        .help("Whether the database answered this scrape.")
        .dataPoint(point(value))
        .build();
  }

  private static GaugeDataPointSnapshot point(long value, String... labels) {
    return point((double) value, labels);
  }

  private static GaugeDataPointSnapshot point(double value, String... labels) {
    return GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
  }
}
