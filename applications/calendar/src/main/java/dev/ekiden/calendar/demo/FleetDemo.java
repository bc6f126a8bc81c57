package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.refresh.CalendarRefresh;
import dev.ekiden.calendar.refresh.Verification;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.Jobs;
import dev.ekiden.engine.Page;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.control.Reclaims;
import dev.ekiden.fleet.control.TaskEnding;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.server.Demo;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.ProgressBar;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A burst of full syncs, with low priority, and a trickle of changes, with high priority, for a
 * fleet of one to five worker processes, one on demand for five of spot, of which spot ones are
 * taken away at random. In the end every day of every calendar is verified.
 */
public final class FleetDemo implements Demo {
  private static final int SYNCS = 9;
  private static final int FULL_SYNCS = 60;
  private static final Duration MEAN_LIFE = Duration.ofMinutes(1);

  private final Supplier<CalendarRefresh> refreshes;
  private final HolidayCalendars holidays;

  /**
   * The demonstration.
   *
   * @param refreshes of the demonstration's server; asked when it is played
   */
  public FleetDemo(Supplier<CalendarRefresh> refreshes, HolidayCalendars holidays) {
    this.refreshes = refreshes;
    this.holidays = holidays;
  }

  /** All jobs are left to the fleet. */
  @Override
  public boolean hasInlineWorkers() {
    return false;
  }

  @Override
  public DemoResult run(DemoContext context) throws Exception {
    return new Play(context).run();
  }

  /** One demonstration. Confined to one thread. */
  private final class Play {
    private final DemoContext context;
    private final CalendarRefresh refresh;
    private final Engine engine;
    private final Fleets fleets;
    private final FleetLoad load;
    private final Reclaims reclaims;
    private final CapacityChart chart = new CapacityChart(FleetLoad.MOST);
    private final List<Row> rows = new ArrayList<>();

    Play(DemoContext context) {
      this.context = context;
      this.refresh = refreshes.get();
      this.engine = context.services().engine();
      this.fleets = context.fleets();
      this.load = new FleetLoad(context, refresh, holidays);
      this.reclaims = new Reclaims(MEAN_LIFE, context.seed());
    }

    DemoResult run() throws IOException, InterruptedException {
      context.say("The workers share this machine's cores with the database and the server.");
      load.importSample();
      context.prepareWorkers();
      load.start(reclaims);
      Instant start = Instant.now();
      long first = lastJob();
      burstAndTrickle();
      Instant drained = Instant.now();
      tell(start, drained, first);
      load.awaitRest();
      rows.add(Row.exactly("workers when all is done", load.working().size(), "", 1));
      verify();
      jobs();
      load.end();
      context.say("What was decided: `ekiden fleets explain calendar` while a server runs.");
      return new DemoResult(rows);
    }

    private void burstAndTrickle() {
      int syncs = context.isFull() ? FULL_SYNCS : SYNCS;
      long all = load.burst(syncs);
      try (ProgressBar bar =
          context.progress("%d full syncs at once, chunks".formatted(syncs), all)) {
        load.trickle(
            context.seed(),
            null,
            left -> {
              chart.look(load.working(), left);
              bar.moveTo(Math.clamp(all - left, 0, all));
            });
      }
    }

    // ---- what it was like ----

    private void tell(Instant start, Instant drained, long first) {
      List<FleetTask> tasks =
          fleets.tasks(FleetLoad.FLEET, true, Long.MAX_VALUE, Fleets.MAX_PAGE).reversed();
      chart.lines().forEach(context::say);
      context.say("Workers in the order they were asked for: " + order(tasks));
      List<FleetTask> asked =
          tasks.stream().filter(task -> !task.askedAt().isBefore(start)).toList();
      double seconds = seconds(start, drained);
      rows.add(Row.of("burst drained in", seconds, "s"));
      rows.add(Row.atLeast("workers at the same time, most", chart.most(), "", FleetLoad.MOST));
      asked.stream()
          .map(FleetTask::firstClaimAt)
          .filter(Objects::nonNull)
          .min(Comparator.naturalOrder())
          .ifPresent(claimed ->
              rows.add(
                  Row.of("burst to the first job of a new worker", seconds(start, claimed), "s")));
      rows.add(
          Row.atLeast(
              "spot workers taken away",
              tasks.stream().filter(task -> task.ending() == TaskEnding.RECLAIMED).count(),
              "",
              1));
      waits(first);
      cost(tasks, start, drained, seconds);
    }

    /** D for on demand, S for spot, small letters where a class stood in for another. */
    private static String order(List<FleetTask> tasks) {
      StringBuilder order = new StringBuilder();
      for (FleetTask task : tasks) {
        String letter = task.capacityClass().equals(CapacityClass.ON_DEMAND) ? "D" : "S";
        order.append(task.insteadOf() == null ? letter : letter.toLowerCase(Locale.ROOT));
      }
      return order.toString();
    }

    /** From when a job could start until it did, by priority. */
    private void waits(long first) {
      Map<Integer, Histogram> waits = new TreeMap<>((one, other) -> other - one);
      for (Job job : jobsAfter(first)) {
        Instant startedAt = job.startedAt();
        if (startedAt != null && job.coalescedInto() == null && job.runAt() == null) {
          long millis = Math.max(0, Duration.between(job.createdAt(), startedAt).toMillis());
          waits.computeIfAbsent(job.priority(), priority -> new Histogram(3)).recordValue(millis);
        }
      }
      waits.forEach((priority, histogram) -> {
        String name =
            "wait of priority %d (%,d jobs)".formatted(priority, histogram.getTotalCount());
        rows.add(Row.of(name + ", p50", histogram.getValueAtPercentile(50) / 1_000.0, "s"));
        rows.add(Row.of(name + ", p95", histogram.getValueAtPercentile(95) / 1_000.0, "s"));
      });
    }

    /** By the second, without the provider's shortest billing of a minute, which is for hours. */
    private void cost(List<FleetTask> tasks, Instant start, Instant drained, double seconds) {
      FleetSpec spec = FleetLoad.spec(reclaims);
      PriceList prices = PriceList.shipped();
      BigDecimal fleet = BigDecimal.ZERO;
      double workerSeconds = 0;
      for (FleetTask task : tasks) {
        Instant from = later(start, task.askedAt());
        Instant ended = task.endedAt();
        Instant to = ended == null || ended.isAfter(drained) ? drained : ended;
        double used = Math.max(0, seconds(from, to));
        String price = spec.prices().get(task.capacityClass());
        workerSeconds += used;
        fleet = fleet.add(dollars(prices, price == null ? "free" : price, spec, used));
      }
      BigDecimal fixed = dollars(prices, "fargate-tokyo", spec, FleetLoad.MOST * seconds);
      rows.add(Row.of("worker-seconds", workerSeconds, "s"));
      rows.add(Row.of("cost of the fleet", fleet.doubleValue() * 1_000, "$/1000"));
      rows.add(
          Row.of(
              "cost of %d on demand all the time".formatted(FleetLoad.MOST),
              fixed.doubleValue() * 1_000,
              "$/1000"));
      rows.add(
          Row.atMost(
              "cost of the fleet, of that",
              fleet.doubleValue() / fixed.doubleValue() * 100,
              "%",
              70));
    }

    private static BigDecimal dollars(
        PriceList prices, String price, FleetSpec spec, double seconds) {
      return prices.named(price).hour(spec.size()).multiply(BigDecimal.valueOf(seconds / 3_600));
    }

    // ---- in the end ----

    private void verify() {
      Verification result = refresh.verify(Optional.empty());
      rows.add(Row.of("verified against recomputation", result.daysChecked(), "plan-days"));
      rows.add(Row.exactly("days wrong", result.daysWrong(), "", 0));
    }

    private void jobs() {
      long done = 0;
      long rest = 0;
      for (Job job : jobsAfter(0)) {
        if (job.state() == JobState.SUCCEEDED) {
          done++;
        } else if (job.state() != JobState.SCHEDULED) {
          rest++;
        }
      }
      rows.add(Row.of("jobs done", done, ""));
      rows.add(Row.exactly("jobs lost or failed", rest, "", 0));
    }

    private long lastJob() {
      Page<Job> page = engine.jobs().list(JobFilter.ALL, null, 1);
      return page.items().isEmpty() ? 0 : page.items().getFirst().id();
    }

    private List<Job> jobsAfter(long id) {
      List<Job> found = new ArrayList<>();
      @Nullable String cursor = null;
      do {
        Page<Job> page = engine.jobs().list(JobFilter.ALL, cursor, Jobs.MAX_PAGE);
        page.items().stream().filter(job -> job.id() > id).forEach(found::add);
        cursor = page.next();
      } while (cursor != null);
      return found;
    }

    private static Instant later(Instant one, Instant other) {
      return one.isAfter(other) ? one : other;
    }

    private static double seconds(Instant from, Instant to) {
      return Duration.between(from, to).toMillis() / 1_000.0;
    }
  }
}
