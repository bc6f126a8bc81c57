package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.refresh.RefreshMetrics.Road;
import dev.ekiden.calendar.store.RefreshResult;
import dev.ekiden.engine.BatchHandler;
import dev.ekiden.engine.BatchItem;
import dev.ekiden.engine.JobFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Refreshes the plans of a batch. A plan whose truth cannot be computed fails alone and for good:
 * the same truth fails the same way again, and a change of it brings a refresh of its own.
 */
final class LiveRefresh implements BatchHandler<PlanRefresh> {

  private final Refresher refresher;
  private final RefreshMetrics metrics;

  LiveRefresh(Refresher refresher, RefreshMetrics metrics) {
    this.refresher = refresher;
    this.metrics = metrics;
  }

  @Override
  public void run(List<BatchItem<PlanRefresh>> batch) {
    // A plan may come twice, by a job without the key.
    List<Long> planIds = batch.stream().map(item -> item.payload().planId()).distinct().toList();
    ComputedCalendars computed = refresher.compute(planIds);
    RefreshResult result = refresher.write(computed);
    Instant visibleAt = refresher.now();
    for (BatchItem<PlanRefresh> item : batch) {
      PlanRefresh refresh = item.payload();
      RuntimeException failure = computed.failures().get(refresh.planId());
      Instant changedAt = refresh.changedAt();
      if (failure != null) {
        item.fail(
            JobFailure.permanent(
                "The calendar of plan %d cannot be computed (%s): %s"
                    .formatted(refresh.planId(), refresh.entity(), failure.getMessage()),
                failure));
      } else if (changedAt != null) {
        metrics.visibleAfter(Duration.between(changedAt, visibleAt));
      }
    }
    metrics.refreshed(Road.LIVE, computed.calendars().size(), result);
  }
}
