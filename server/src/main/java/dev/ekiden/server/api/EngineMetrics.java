package dev.ekiden.server.api;

import dev.ekiden.engine.Attempt;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.server.MetricsRegistry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.time.Duration;
import java.util.Locale;

/** Counts what the engine of this process does. */
public final class EngineMetrics implements EngineListener {
  private static final double[] RUN_SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800,
    7_200
  };

  private final Counter enqueued;
  private final Counter started;
  private final Counter ended;
  private final Histogram run;
  private final Counter refused;
  private final Counter lost;
  private final Counter fired;

  public EngineMetrics(MetricsRegistry metrics) {
    enqueued =
        metrics.counter(
            "ekiden_jobs_enqueued", "Jobs enqueued by this process.", "queue", "definition");
    started =
        metrics.counter("ekiden_attempts_started", "Handlers started here.", "queue", "definition");
    ended =
        metrics.counter(
            "ekiden_attempts", "Attempts that ended here.", "queue", "definition", "outcome");
    run =
        metrics.seconds(
            "ekiden_attempt_run_seconds",
            "How long handlers ran.",
            RUN_SECONDS,
            "queue",
            "definition");
    refused =
        metrics.counter(
            "ekiden_completions_refused", "Completions that came too late and were refused.");
    lost = metrics.counter("ekiden_workers_lost", "Workers whose lease had run out.");
    fired =
        metrics.counter("ekiden_schedule_firings", "Firings of schedules.", "schedule", "outcome");
  }

  @Override
  public void enqueued(String definition, String queue, int count) {
    enqueued.labelValues(queue, definition).inc(count);
  }

  @Override
  public void attemptStarted(long jobId, int attempt, String definition, String queue) {
    started.labelValues(queue, definition).inc();
  }

  @Override
  public void attemptEnded(
      long jobId,
      int attempt,
      String definition,
      String queue,
      Attempt.Outcome outcome,
      Duration time) {
    ended.labelValues(queue, definition, outcome.name().toLowerCase(Locale.ROOT)).inc();
    run.labelValues(queue, definition).observe(time.toNanos() / 1e9);
  }

  @Override
  public void completionRefused(long jobId, int attempt) {
    refused.inc();
  }

  @Override
  public void workerLost(long workerId, int attempts) {
    lost.inc();
  }

  @Override
  public void scheduleFired(String schedule, boolean skipped) {
    fired.labelValues(schedule, skipped ? "skipped" : "fired").inc();
  }

  @Override
  public void scheduleMissed(String schedule, long firings) {
    fired.labelValues(schedule, "missed").inc(firings);
  }
}
