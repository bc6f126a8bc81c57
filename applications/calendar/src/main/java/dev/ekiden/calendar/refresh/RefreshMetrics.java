package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.store.RefreshResult;
import dev.ekiden.server.MetricsRegistry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.time.Duration;

/** What refreshes of this process did, at {@code /metrics}. */
final class RefreshMetrics {

  private static final double[] VISIBLE_SECONDS = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300
  };

  /** What asked for a refresh. */
  enum Road {
    LIVE("live"),
    SYNC("sync");

    private final String label;

    Road(String label) {
      this.label = label;
    }
  }

  private final Counter plans;
  private final Counter scanned;
  private final Counter changed;
  private final Histogram visible;

  RefreshMetrics(MetricsRegistry metrics) {
    plans = metrics.counter("calendar_refreshed_plans", "Plans refreshed here.", "road");
    scanned =
        metrics.counter("calendar_scanned_days", "Days compared with the cache here.", "road");
    changed =
        metrics.counter(
            "calendar_changed_days", "Cached days that differed, written here.", "road");
    visible =
        metrics.seconds(
            "calendar_commit_to_visible_seconds",
            "From a change of the truth to its calendar being readable.",
            VISIBLE_SECONDS);
  }

  void refreshed(Road road, int planCount, RefreshResult result) {
    plans.labelValues(road.label).inc(planCount);
    scanned.labelValues(road.label).inc(result.scanned());
    changed.labelValues(road.label).inc(result.changed());
  }

  void visibleAfter(Duration time) {
    visible.observe(Math.max(0, time.toNanos()) / 1e9);
  }
}
