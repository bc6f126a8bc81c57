package dev.ekiden.calendar.http;

import dev.ekiden.calendar.http.Views.Items;
import dev.ekiden.calendar.read.Catalog;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.refresh.DiffSync;
import dev.ekiden.calendar.refresh.Verification;
import dev.ekiden.calendar.store.CalendarStore;
import dev.ekiden.calendar.store.SyncRun;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import dev.ekiden.server.Services;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Syncs and verification. */
final class SyncRoutes {

  /** The most plans that one request verifies. */
  static final int MAXIMUM_VERIFIED = 1_000;

  private static final int DEFAULT_VERIFIED = 500;
  private static final int MAXIMUM_LISTED = 100;
  private static final int DEFAULT_LISTED = 20;
  private static final int UNPROCESSABLE = 422;

  private final Database database;
  private final CalendarRefresh refresh;
  private final Catalog catalog = new Catalog();
  private final CalendarStore store = new CalendarStore();

  SyncRoutes(Services services, CalendarRefresh refresh) {
    this.database = services.database();
    this.refresh = refresh;
  }

  void addTo(Routes routes) {
    routes.post("/sync", this::startFullSync);
    routes.get("/syncs", this::list);
    routes.get("/syncs/{id}", this::get);
    routes.post("/diff-sync", this::diffSync);
    routes.post("/verify", this::verify);
  }

  private record Sync(
      String id,
      SyncRun.Kind kind,
      int total,
      int refreshed,
      int failed,
      long scanned,
      long changed,
      Instant startedAt,
      @Nullable Instant finishedAt,
      boolean finished) {
    static Sync of(SyncRun run) {
      return new Sync(
          Long.toString(run.id()),
          run.kind(),
          run.plans(),
          run.refreshedPlans(),
          run.failedPlans(),
          run.scanned(),
          run.changed(),
          run.startedAt(),
          run.finishedAt().orElse(null),
          run.isFinished());
    }
  }

  private Response startFullSync(Request request) {
    request.allowQuery();
    SyncRun run = refresh.startFullSync();
    return Response.json(202, Sync.of(run)).withHeader("Location", "/calendar/syncs/" + run.id());
  }

  private Response list(Request request) {
    request.allowQuery("limit");
    int limit = request.query("limit").integer(1, MAXIMUM_LISTED, DEFAULT_LISTED);
    return Response.json(
        new Items<>(refresh.syncRuns(limit).stream().map(Sync::of).toList(), null));
  }

  private Response get(Request request) {
    request.allowQuery();
    long id = request.path("id").id();
    return Response.json(
        refresh
            .syncRun(id)
            .map(Sync::of)
            .orElseThrow(() -> Refusal.unknown("sync", Long.toString(id))));
  }

  private record DiffSyncView(int stale, int expiredHolds, @Nullable Sync sync) {}

  private Response diffSync(Request request) {
    request.allowQuery();
    DiffSync begun = refresh.diffSync();
    return Response.json(
        202,
        new DiffSyncView(
            begun.stalePlans(), begun.expiredHolds(), begun.run().map(Sync::of).orElse(null)));
  }

  private record VerifyRequest(
      @Nullable List<String> plans,
      @Nullable String after,
      @Nullable Integer limit,
      @Nullable Boolean rebuild) {}

  private record Difference(
      String plan, @Nullable LocalDate day, Verification.What what, String detail) {}

  private record VerificationView(
      int plansChecked,
      long daysChecked,
      long daysWrong,
      int plansMissing,
      int plansBehind,
      List<Difference> differences,
      @Nullable Long daysRebuilt,
      @Nullable Integer differencesLeft,
      @Nullable String next) {}

  private Response verify(Request request) {
    request.allowQuery();
    VerifyRequest wanted = request.json(VerifyRequest.class);
    @Nullable List<String> codes = wanted.plans();
    List<Long> ids = codes == null ? page(wanted) : ids(codes);
    Verification result = refresh.verify(Optional.of(ids));
    boolean more = codes == null && ids.size() == limit(wanted);
    @Nullable String next = more ? Long.toString(ids.getLast()) : null;
    return Response.json(
        Boolean.TRUE.equals(wanted.rebuild()) ? rebuilt(ids, result, next) : view(result, next));
  }

  /** Writes what differs, and looks again. */
  private VerificationView rebuilt(List<Long> ids, Verification result, @Nullable String next) {
    if (result.isRight()) {
      return view(result, 0L, 0, next);
    }
    long days = refresh.rebuild(ids).changed();
    int left = refresh.verify(Optional.of(ids)).differences().size();
    return view(result, days, left, next);
  }

  private VerificationView view(Verification result, @Nullable String next) {
    return view(result, null, null, next);
  }

  private List<Long> page(VerifyRequest wanted) {
    int limit = limit(wanted);
    long after = after(wanted);
    return database.withHandle(handle -> store.planIds(handle, after, limit));
  }

  private List<Long> ids(List<String> codes) {
    if (codes.isEmpty() || codes.size() > MAXIMUM_VERIFIED) {
      throw invalid("plans", "must be 1 to %d codes".formatted(MAXIMUM_VERIFIED));
    }
    Map<String, Long> ids = database.withHandle(handle -> TruthTables.PLANS.ids(handle, codes));
    for (String code : codes) {
      if (!ids.containsKey(code)) {
        throw Refusal.unknown("plan", code);
      }
    }
    return List.copyOf(ids.values());
  }

  private VerificationView view(
      Verification result,
      @Nullable Long daysRebuilt,
      @Nullable Integer differencesLeft,
      @Nullable String next) {
    List<Long> ids =
        result.differences().stream().map(Verification.Difference::planId).distinct().toList();
    Map<Long, String> codes = database.withHandle(handle -> catalog.planCodes(handle, ids));
    return new VerificationView(
        result.plansChecked(),
        result.daysChecked(),
        result.daysWrong(),
        result.plansMissing(),
        result.plansBehind(),
        result.differences().stream()
            .map(difference ->
                new Difference(
                    codes.getOrDefault(difference.planId(), ""),
                    difference.day().orElse(null),
                    difference.what(),
                    difference.text()))
            .toList(),
        daysRebuilt,
        differencesLeft,
        next);
  }

  private static int limit(VerifyRequest wanted) {
    @Nullable Integer limit = wanted.limit();
    if (limit == null) {
      return DEFAULT_VERIFIED;
    }
    if (limit < 1 || limit > MAXIMUM_VERIFIED) {
      throw invalid("limit", "must be between 1 and %d, not %d".formatted(MAXIMUM_VERIFIED, limit));
    }
    return limit;
  }

  private static long after(VerifyRequest wanted) {
    @Nullable String after = wanted.after();
    if (after == null) {
      return 0;
    }
    if (!after.matches("[1-9][0-9]{0,17}")) {
      throw invalid("after", "must be an id, not '" + after + "'");
    }
    return Long.parseLong(after);
  }

  private static ProblemException invalid(String field, String rule) {
    return new ProblemException(
        Problem.of(UNPROCESSABLE, "invalid-field", "'%s' %s".formatted(field, rule))
            .withField(field));
  }
}
