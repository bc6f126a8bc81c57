package dev.ekiden.calendar.demo;

import dev.ekiden.server.DemoResult;
import dev.ekiden.server.DemoResult.Row;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Collects the figures of a demonstration with their goals. Confined to one thread. */
final class DemoFigures {

  private static final double MICROS_PER_MILLI = 1_000;
  private static final double VISIBLE_MEDIAN_MILLIS = 2_000;
  private static final double VISIBLE_95_MILLIS = 5_000;
  private static final double QUERY_MEAN_MILLIS = 50;
  private static final double QUERY_99_MILLIS = 100;

  /** What five times the load may add to the latency of most. */
  private static final double SLOWER = 1.1;

  private final List<Row> rows = new ArrayList<>();

  void add(Row row) {
    rows.add(row);
  }

  /** How long changes took to be seen. */
  void visible(String when, Histogram micros) {
    String name = "change to visible, " + when;
    rows.add(Row.atMost(name + ", p50", millis(micros, 50), "ms", VISIBLE_MEDIAN_MILLIS));
    rows.add(Row.atMost(name + ", p95", millis(micros, 95), "ms", VISIBLE_95_MILLIS));
    rows.add(Row.of(name + ", p99", millis(micros, 99), "ms"));
  }

  /** How long queries of a flow took at both loads. */
  void queries(String flow, Histogram once, Histogram more) {
    query(flow + " at 1×", once);
    query(flow + " at " + DemoSize.MORE + "×", more);
    rows.add(
        Row.atMost(
            flow + ", p95 at %d× to p95 at 1×".formatted(DemoSize.MORE),
            millis(more, 95) / Math.max(0.001, millis(once, 95)),
            "",
            SLOWER));
  }

  private void query(String name, Histogram micros) {
    rows.add(
        Row.atMost(name + ", mean", micros.getMean() / MICROS_PER_MILLI, "ms", QUERY_MEAN_MILLIS));
    rows.add(Row.of(name + ", p50", millis(micros, 50), "ms"));
    rows.add(Row.atMost(name + ", p99", millis(micros, 99), "ms", QUERY_99_MILLIS));
  }

  DemoResult result() {
    return new DemoResult(rows);
  }

  private static double millis(Histogram micros, double percentile) {
    return micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
  }
}
