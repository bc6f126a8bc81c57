package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.availability.BookingCheck;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.booking.BookingService;
import dev.ekiden.calendar.store.CalendarStore;
import dev.ekiden.calendar.store.RefreshResult;
import dev.ekiden.calendar.store.Refreshes;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.calendar.webhook.WebhookSettings;
import dev.ekiden.calendar.webhook.Webhooks;
import dev.ekiden.engine.BatchItem;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobContext;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Timing;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.server.Services;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the cached calendars equal to the truth.
 *
 * <ul>
 *   <li>Live: {@link #refreshes} enqueues a refresh for each plan that a transaction affects, as
 *       part of it; queue {@value #LIVE_QUEUE}.
 *   <li>Full sync, once a day: computes every plan anew and writes what differs; queue {@value
 *       #SYNC_QUEUE}, with workers of its own, so that it holds back no live refresh.
 *   <li>Difference sync, every few minutes, the safety net: the same for plans whose cache is older
 *       than the truth or too short. It also ends holds that are over and chunks that were lost.
 *   <li>Holds made by {@link #bookings} are ended by a job when they are over.
 * </ul>
 *
 * <p>A refresh never writes over a newer one: its rows carry the version of the truth they were
 * computed from. So refreshes may be repeated, interrupted and mixed in any order. One per process;
 * thread-safe.
 */
public final class CalendarRefresh {

  /** Definition: refresh one plan. */
  public static final String REFRESH = "calendar.refresh";

  /** Definition: begin a full sync. */
  public static final String FULL_SYNC = "calendar.full-sync";

  /** Definition: begin a difference sync. */
  public static final String DIFF_SYNC = "calendar.diff-sync";

  /** Definition: refresh the plans of one chunk of a sync. */
  public static final String SYNC_CHUNK = "calendar.sync-chunk";

  /** Definition: end holds that are over. */
  public static final String EXPIRE_HOLD = "calendar.expire-hold";

  public static final String LIVE_QUEUE = "calendar-live";
  public static final String SYNC_QUEUE = "calendar-sync";

  /** Days that a calendar holds, today on the venue's clock being the first. */
  public static final int HORIZON_DAYS = Horizon.DAYS;

  /** Most plans that one call of the refresh handler gets. */
  public static final int LIVE_BATCH = 50;

  /** Handlers at once; two can wait for the database while two compute. */
  public static final int LIVE_CONCURRENCY = 4;

  /** Refreshes claimed ahead of a free place: the next batch of each. */
  public static final int LIVE_PREFETCH = LIVE_CONCURRENCY * LIVE_BATCH;

  /** Chunks at once; one can wait for the database while the other computes. */
  public static final int SYNC_CONCURRENCY = 2;

  /** Chunks claimed ahead of a free place. */
  public static final int SYNC_PREFETCH = 2;

  /** Zone of the daily full sync. */
  public static final ZoneId SCHEDULE_ZONE = ZoneId.of("Asia/Tokyo");

  /** The full sync begins at three in the morning. */
  public static final Timing FULL_SYNC_TIMING = new Timing.Cron("0 3 * * *");

  /** How often the safety net looks. */
  public static final Timing DIFF_SYNC_TIMING = new Timing.Rate(Duration.ofMinutes(5));

  /** Most runs that {@link #syncRuns} answers. */
  public static final int MAX_SYNC_RUNS = 1_000;

  private static final int HOLD_BATCH = 100;
  private static final int VERIFY_PLANS = 100;

  /** A chunk that other work cannot help is last in its queue; what begins a sync goes first. */
  private static final int CHUNK_PRIORITY = 1;

  private final Services services;
  private final Webhooks webhooks;
  private final Refreshes refreshes;
  private final Refresher refresher;
  private final Syncs syncs;
  private final LiveRefresh liveRefresh;
  private final BookingService bookings;
  private final CalendarStore store = new CalendarStore();

  public CalendarRefresh(Services services) {
    this(services, WebhookSettings.ofEnvironment());
  }

  public CalendarRefresh(Services services, WebhookSettings webhookSettings) {
    HolidayCalendars holidays = new HolidayCalendars();
    RefreshMetrics metrics = new RefreshMetrics(services.metrics());
    this.services = services;
    this.webhooks = new Webhooks(services, webhookSettings);
    this.refreshes = new EnqueuedRefreshes(services, webhooks);
    this.refresher = new Refresher(services, holidays);
    this.syncs = new Syncs(services, refresher, metrics);
    this.liveRefresh = new LiveRefresh(refresher, metrics);
    this.bookings =
        new BookingService(
            services.database(),
            new TruthWriter(refreshes),
            new BookingCheck(holidays),
            connection -> services.engine().clock().now(connection),
            this::expireLater,
            webhooks::reservations);
  }

  /** The definitions with their handlers, for the engine of this process. */
  public List<JobDefinition<?>> definitions() {
    return List.of(
        JobDefinition.named(REFRESH, PlanRefresh.class)
            .queue(LIVE_QUEUE)
            .batchHandler(LIVE_BATCH, liveRefresh),
        JobDefinition.named(EXPIRE_HOLD, HoldExpiry.class)
            .queue(LIVE_QUEUE)
            .batchHandler(HOLD_BATCH, this::expireHolds),
        JobDefinition.named(FULL_SYNC, SyncRequest.class)
            .queue(SYNC_QUEUE)
            .handler(this::beginFullSync),
        JobDefinition.named(DIFF_SYNC, SyncRequest.class)
            .queue(SYNC_QUEUE)
            .handler(this::beginDiffSync),
        JobDefinition.named(SYNC_CHUNK, SyncChunk.class)
            .queue(SYNC_QUEUE)
            .priority(CHUNK_PRIORITY)
            .handler((chunk, context) -> {
              syncs.run(chunk);
              return null;
            }),
        webhooks.definition());
  }

  /** A worker for each queue, so that none waits for another. */
  public List<WorkerOptions> workers() {
    return List.of(
        WorkerOptions.of(LIVE_QUEUE)
            .withName(LIVE_QUEUE)
            .withConcurrency(LIVE_CONCURRENCY)
            .withMaxPrefetch(LIVE_PREFETCH),
        WorkerOptions.of(SYNC_QUEUE)
            .withName(SYNC_QUEUE)
            .withConcurrency(SYNC_CONCURRENCY)
            .withMaxPrefetch(SYNC_PREFETCH),
        webhooks.worker());
  }

  /** For a {@link TruthWriter}: each change enqueues its refreshes in its own transaction. */
  public Refreshes refreshes() {
    return refreshes;
  }

  /** Bookings whose changes are refreshed and whose holds end in time. */
  public BookingService bookings() {
    return bookings;
  }

  /** Who is told of changes. */
  public Webhooks webhooks() {
    return webhooks;
  }

  /** Makes the schedules of both syncs; what is there already stays as it is. */
  public void putSchedules() {
    Engine engine = services.engine();
    engine
        .schedules()
        .put(
            FULL_SYNC,
            JobRequest.of(FULL_SYNC, new SyncRequest("daily")),
            FULL_SYNC_TIMING,
            SCHEDULE_ZONE);
    engine
        .schedules()
        .put(
            DIFF_SYNC,
            JobRequest.of(DIFF_SYNC, new SyncRequest("safety net")),
            DIFF_SYNC_TIMING,
            SCHEDULE_ZONE);
  }

  /** Begins a full sync and answers at once; workers do it. Runs at the same time are harmless. */
  public SyncRun startFullSync() {
    return syncs.startFull(null).orElseThrow();
  }

  /** A run and how far it is, if there is one of this id. */
  public Optional<SyncRun> syncRun(long id) {
    return syncs.find(id);
  }

  /**
   * The runs that were begun last, the newest first.
   *
   * @param limit 1 to {@link #MAX_SYNC_RUNS}
   */
  public List<SyncRun> syncRuns(int limit) {
    if (limit < 1 || limit > MAX_SYNC_RUNS) {
      throw new InvalidValueException(
          "limit", Integer.toString(limit), "must be between 1 and " + MAX_SYNC_RUNS);
    }
    return syncs.latest(limit);
  }

  /**
   * Ends holds that are over, and begins a sync of exactly those plans whose cache is missing,
   * older than the truth or shorter than the horizon; workers do it.
   */
  public DiffSync diffSync() {
    syncs.endAbandonedChunks();
    DiffSync begun = syncs.startDifference(null);
    return new DiffSync(begun.stalePlans(), begun.run(), expireDueHolds());
  }

  /**
   * Computes calendars anew and compares them with the cache; writes nothing. A plan that is being
   * changed may be behind for a moment.
   *
   * @param planIds which plans; all if empty. Ids of no plan are left out
   */
  public Verification verify(Optional<List<Long>> planIds) {
    Verifier verifier = new Verifier();
    if (planIds.isPresent()) {
      List<Long> ids = planIds.get().stream().distinct().sorted().toList();
      for (int first = 0; first < ids.size(); first += VERIFY_PLANS) {
        refresher.compare(ids.subList(first, Math.min(ids.size(), first + VERIFY_PLANS)), verifier);
      }
      return verifier.result();
    }
    List<Long> ids = planIdsAfter(0);
    while (!ids.isEmpty()) {
      refresher.compare(ids, verifier);
      ids = planIdsAfter(ids.getLast());
    }
    return verifier.result();
  }

  /**
   * Computes calendars anew and writes the days that differ, at once and not by a job.
   *
   * @param planIds ids of no plan are left out
   */
  public RefreshResult rebuild(List<Long> planIds) {
    RefreshResult result = RefreshResult.NOTHING;
    List<Long> ids = planIds.stream().distinct().sorted().toList();
    for (int first = 0; first < ids.size(); first += VERIFY_PLANS) {
      List<Long> some = ids.subList(first, Math.min(ids.size(), first + VERIFY_PLANS));
      result = result.plus(refresher.write(refresher.compute(some)));
    }
    return result;
  }

  private List<Long> planIdsAfter(long after) {
    return services.database().withHandle(handle -> store.planIds(handle, after, VERIFY_PLANS));
  }

  private Object beginFullSync(SyncRequest request, JobContext context) {
    return syncs
        .startFull(context.jobId())
        .map(run -> "sync run %d of %d plans".formatted(run.id(), run.plans()))
        .orElse("this job has begun its sync run before");
  }

  /** Unlike {@link #diffSync} it leaves stale plans to the run before while that is going on. */
  private Object beginDiffSync(SyncRequest request, JobContext context) {
    syncs.endAbandonedChunks();
    int expired = expireDueHolds();
    if (syncs.isUnfinished(SyncRun.Kind.DIFFERENCE)) {
      return "%d expired holds; the difference sync before is going on".formatted(expired);
    }
    DiffSync begun = syncs.startDifference(context.jobId());
    return "%d expired holds, %d stale plans".formatted(expired, begun.stalePlans());
  }

  private void expireLater(Connection connection, long reservationId, Instant expiresAt) {
    services
        .engine()
        .enqueue(
            connection,
            List.of(
                JobRequest.of(EXPIRE_HOLD, new HoldExpiry(reservationId)).startingAt(expiresAt)));
  }

  /** Which holds are over is asked of the reservations; the jobs only say when to ask. */
  private void expireHolds(List<BatchItem<HoldExpiry>> batch) {
    expireDueHolds();
  }

  private int expireDueHolds() {
    Instant now = services.clock().instant();
    int expired = 0;
    int last;
    do {
      last = bookings.expireDue(now, BookingService.MAXIMUM_EXPIRED_AT_ONCE);
      expired += last;
    } while (last == BookingService.MAXIMUM_EXPIRED_AT_ONCE);
    return expired;
  }
}
