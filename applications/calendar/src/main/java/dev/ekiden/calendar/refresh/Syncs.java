package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.refresh.RefreshMetrics.Road;
import dev.ekiden.calendar.store.CalendarStore;
import dev.ekiden.calendar.store.RefreshResult;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.SyncRuns;
import dev.ekiden.calendar.store.SyncRuns.ChunkEnd;
import dev.ekiden.calendar.store.SyncRuns.OpenChunk;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.EngineTransaction;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.server.Services;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Runs of syncs: a run is cut into chunks, each a job; a chunk writes its calendars and reports its
 * end in one transaction, and the last one ends the run. Thread-safe.
 */
final class Syncs {

  /** About so many plans are refreshed by one job. */
  static final int CHUNK_PLANS = 100;

  /** A plan that syncs cannot refresh is set aside as a failed job once in this time. */
  private static final Duration SET_ASIDE_ONCE_IN = Duration.ofDays(1);

  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final Services services;
  private final Refresher refresher;
  private final RefreshMetrics metrics;
  private final CalendarStore store = new CalendarStore();
  private final SyncRuns runs = new SyncRuns();

  Syncs(Services services, Refresher refresher, RefreshMetrics metrics) {
    this.services = services;
    this.refresher = refresher;
    this.metrics = metrics;
  }

  /**
   * Begins a run over all plans.
   *
   * @param startedBy the job that asks; empty comes back if it has begun a run already
   */
  Optional<SyncRun> startFull(@Nullable Long startedBy) {
    Instant now = refresher.now();
    return services
        .engine()
        .transaction(transaction ->
            start(
                transaction,
                SyncRun.Kind.FULL,
                store.planIds(transaction.handle(), 0, NO_LIMIT),
                startedBy,
                now));
  }

  /** Begins a run over the stale plans, if there are any. */
  DiffSync startDifference(@Nullable Long startedBy) {
    Instant now = refresher.now();
    return services
        .engine()
        .transaction(transaction -> {
          List<Long> stale = store.stalePlans(transaction.handle(), now, Horizon.DAYS, 0, NO_LIMIT);
          Optional<SyncRun> run =
              stale.isEmpty()
                  ? Optional.empty()
                  : start(transaction, SyncRun.Kind.DIFFERENCE, stale, startedBy, now);
          return new DiffSync(stale.size(), run, 0);
        });
  }

  /** Refreshes the plans of a chunk and reports its end. */
  void run(SyncChunk chunk) {
    ComputedCalendars computed = refresher.compute(chunk.planIds());
    Instant now = refresher.now();
    int failed = computed.failures().size();
    RefreshResult result =
        services
            .engine()
            .transaction(transaction -> {
              Handle handle = transaction.handle();
              setAside(transaction, chunk.runId(), computed.failures().keySet());
              RefreshResult written = store.write(handle, computed.calendars());
              runs.finishChunk(
                  handle,
                  new ChunkEnd(
                      chunk.runId(),
                      chunk.number(),
                      chunk.planIds().size() - failed,
                      failed,
                      written),
                  now);
              return written;
            });
    metrics.refreshed(Road.SYNC, computed.calendars().size(), result);
  }

  /** Ends chunks whose jobs have ended without a report: canceled, or failed for good. */
  void endAbandonedChunks() {
    Instant now = refresher.now();
    for (SyncRun run : services.database().withHandle(runs::unfinished)) {
      for (OpenChunk chunk :
          services.database().withHandle(handle -> runs.openChunks(handle, run.id()))) {
        Optional<Job> job = services.engine().jobs().find(chunk.jobId());
        if (job.isEmpty() || job.get().state().isEnded()) {
          int plans = run.plansOfChunk(chunk.number());
          ChunkEnd end = new ChunkEnd(run.id(), chunk.number(), 0, plans, RefreshResult.NOTHING);
          services.database().useTransaction(handle -> runs.finishChunk(handle, end, now));
        }
      }
    }
  }

  boolean isUnfinished(SyncRun.Kind kind) {
    return services.database().withHandle(runs::unfinished).stream()
        .anyMatch(run -> run.kind() == kind);
  }

  Optional<SyncRun> find(long runId) {
    return services.database().withHandle(handle -> runs.find(handle, runId));
  }

  List<SyncRun> latest(int limit) {
    return services.database().withHandle(handle -> runs.latest(handle, limit));
  }

  private Optional<SyncRun> start(
      EngineTransaction transaction,
      SyncRun.Kind kind,
      List<Long> planIds,
      @Nullable Long startedBy,
      Instant now) {
    Handle handle = transaction.handle();
    int chunks = Math.ceilDiv(planIds.size(), CHUNK_PLANS);
    Optional<Long> id =
        runs.start(handle, new SyncRuns.Start(kind, startedBy, chunks, planIds.size()), now);
    return id.map(runId -> {
      SyncRun run = runs.find(handle, runId).orElseThrow();
      runs.setJobs(handle, runId, enqueue(transaction, run, planIds));
      return run;
    });
  }

  private static List<Long> enqueue(
      EngineTransaction transaction, SyncRun run, List<Long> planIds) {
    List<Long> jobs = new ArrayList<>(run.chunks());
    List<JobRequest> requests = new ArrayList<>();
    int first = 0;
    for (int number = 1; number <= run.chunks(); number++) {
      int end = first + run.plansOfChunk(number);
      SyncChunk chunk = new SyncChunk(run.id(), number, planIds.subList(first, end));
      requests.add(JobRequest.of(CalendarRefresh.SYNC_CHUNK, chunk));
      first = end;
      if (requests.size() == Engine.MAX_BULK || number == run.chunks()) {
        transaction.enqueue(requests).stream().map(Enqueued::id).forEach(jobs::add);
        requests.clear();
      }
    }
    return jobs;
  }

  /** Lets a refresh of its own fail, so that each such plan is a dead letter that says why. */
  private static void setAside(
      EngineTransaction transaction, long runId, Iterable<Long> failedPlans) {
    List<JobRequest> requests = new ArrayList<>();
    for (long planId : failedPlans) {
      requests.add(
          JobRequest.of(CalendarRefresh.REFRESH, new PlanRefresh(planId, "sync run " + runId, null))
              .withKey(Key.unique("set-aside-plan-" + planId, SET_ASIDE_ONCE_IN)));
    }
    if (!requests.isEmpty()) {
      transaction.enqueue(requests);
    }
  }
}
