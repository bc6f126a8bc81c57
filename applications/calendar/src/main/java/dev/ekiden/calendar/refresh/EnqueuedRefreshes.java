package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.store.Refreshes;
import dev.ekiden.calendar.webhook.Webhooks;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.server.Services;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Enqueues a refresh for each plan as part of the transaction that changes it. Thread-safe. */
final class EnqueuedRefreshes implements Refreshes {

  private final Services services;
  private final Webhooks webhooks;

  EnqueuedRefreshes(Services services, Webhooks webhooks) {
    this.services = services;
    this.webhooks = webhooks;
  }

  @Override
  public void changed(Connection connection, Collection<Long> planIds, String entity) {
    Engine engine = services.engine();
    Instant changedAt = engine.clock().now(connection);
    List<JobRequest> requests = new ArrayList<>(Math.min(planIds.size(), Engine.MAX_BULK));
    for (long planId : planIds) {
      requests.add(request(new PlanRefresh(planId, entity, changedAt)));
      if (requests.size() == Engine.MAX_BULK) {
        engine.enqueue(connection, requests);
        requests.clear();
      }
    }
    if (!requests.isEmpty()) {
      engine.enqueue(connection, requests);
    }
    webhooks.availability(connection, planIds);
  }

  /** However often a plan changes while its refresh waits, it is refreshed once. */
  private static JobRequest request(PlanRefresh refresh) {
    return JobRequest.of(CalendarRefresh.REFRESH, refresh)
        .withKey(Key.coalesce("plan-" + refresh.planId()));
  }
}
