package dev.ekiden.bench.fleet;

import dev.ekiden.bench.Figures;
import dev.ekiden.bench.Lab;
import dev.ekiden.bench.fleet.KeptHistory.Kept;
import dev.ekiden.fleet.account.Accounts;
import dev.ekiden.fleet.account.Capacity;
import dev.ekiden.fleet.account.CostReport;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What it costs to know costs, in a database that keeps millions of finished jobs. */
final class CostsMeasurement {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final double REPORT_GOAL_MILLIS = 1_000;

  /** A minute's roll-up is one statement of one process; nothing that runs jobs waits for it. */
  private static final double MINUTE_GOAL_MILLIS = 1_000;

  private static final int ROUNDS = 5;
  private static final int JOBS_A_SECOND = 1_000;

  /** Ends are rolled up when they are so old. */
  private static final Duration SETTLED = Duration.ofSeconds(31);

  private final Lab lab;

  CostsMeasurement(Lab lab) {
    this.lab = lab;
  }

  void measure(DatabaseAddress filled, int history, Figures figures)
      throws SQLException, InterruptedException {
    try (Kept kept = Kept.open(filled)) {
      lab.terminal().say("Adding up %,d finished jobs …".formatted(history));
      figures.add(
          Row.of(
              "%,d finished jobs added up for the first time".formatted(history),
              millis(kept.engine().usage()::addUp) / 1_000,
              "s"));
      Instant added = Instant.now().minusSeconds(30);
      Accounts accounts = new Accounts(kept.database(), kept.engine(), Capacity.ofDefault());
      for (CostReport.By by : CostReport.By.values()) {
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
          Instant now = Instant.now();
          millis.add(millis(() -> accounts.report(now.minus(WEEK), now, ZoneOffset.UTC, by)));
        }
        Collections.sort(millis);
        figures.add(
            Row.atMost(
                "costs of a week by " + by.name().toLowerCase(Locale.ROOT) + ", median",
                millis.get(ROUNDS / 2),
                "ms",
                REPORT_GOAL_MILLIS));
      }
      minute(kept, filled, added, figures);
    }
  }

  /** What is added up once a minute, with all the rest there. */
  private void minute(Kept kept, DatabaseAddress filled, Instant added, Figures figures)
      throws SQLException, InterruptedException {
    Instant until = Instant.now();
    int seconds = (int) Duration.between(added, until).toSeconds();
    KeptHistory.fill(
        lab,
        filled,
        seconds * JOBS_A_SECOND,
        seconds,
        until,
        "jobs that end in %d s".formatted(seconds));
    Thread.sleep(Duration.between(Instant.now(), until.plus(SETTLED)).toMillis());
    figures.add(
        Row.atMost(
            "%,d jobs that ended lately added up".formatted(seconds * JOBS_A_SECOND),
            millis(kept.engine().usage()::addUp),
            "ms",
            MINUTE_GOAL_MILLIS));
  }

  private static double millis(Runnable work) {
    long begin = System.nanoTime();
    work.run();
    return (System.nanoTime() - begin) / 1e6;
  }
}
