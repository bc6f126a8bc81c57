package dev.ekiden.server;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * Counters, gauges and histograms of one process. Names carry the unit ({@code _seconds}, {@code
 * _bytes}); labels must have few values: no job ids, no customers. Thread-safe.
 */
public final class MetricsRegistry {
  private final PrometheusRegistry prometheus = new PrometheusRegistry();

  /** Registers a counter; its name is shown with {@code _total}. */
  public Counter counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(prometheus);
  }

  /** Registers a gauge. */
  public Gauge gauge(String name, String help, String... labels) {
    return Gauge.builder().name(name).help(help).labelNames(labels).register(prometheus);
  }

  /** Registers a histogram of seconds. */
  public Histogram seconds(String name, String help, double[] bounds, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .classicOnly()
        .classicUpperBounds(bounds)
        .labelNames(labels)
        .register(prometheus);
  }

  /** The registry itself, for collectors with callbacks. */
  public PrometheusRegistry prometheus() {
    return prometheus;
  }
}
