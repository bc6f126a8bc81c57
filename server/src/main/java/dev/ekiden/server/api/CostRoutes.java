package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ekiden.engine.Engine;
import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.account.Accounts;
import dev.ekiden.fleet.account.Accounts.AttemptCost;
import dev.ekiden.fleet.account.Capacity;
import dev.ekiden.fleet.account.Comparison;
import dev.ekiden.fleet.account.Cost;
import dev.ekiden.fleet.account.CostReport;
import dev.ekiden.fleet.account.CostReport.By;
import dev.ekiden.fleet.account.Recording;
import dev.ekiden.fleet.cost.ModeComparison;
import dev.ekiden.fleet.cost.ModeComparison.ModeCost;
import dev.ekiden.fleet.cost.Money;
import dev.ekiden.fleet.cost.Price;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.fleet.cost.StartUp;
import dev.ekiden.server.Parameter;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Routes of costs. */
public final class CostRoutes {
  /** How much is reported on unless a client says otherwise. */
  public static final Duration DEFAULT_SPAN = Duration.ofDays(7);

  /** Of the image whose download a cold task waits for, unless a client says otherwise. */
  public static final int DEFAULT_IMAGE_MIB = 400;

  private static final int MAX_IMAGE_MIB = 100_000;

  /** The baseline's workers have so many times the size. */
  private static final int LARGEST_FACTOR = 4;

  private static final String FUNCTION = "lambda";
  private static final Duration FUNCTION_START_UP = Duration.ofSeconds(1);
  private static final double NANOS_PER_SECOND = 1e9;

  private final Engine engine;
  private final Accounts accounts;

  public CostRoutes(Engine engine, Accounts accounts) {
    this.engine = engine;
    this.accounts = accounts;
  }

  public void addTo(Routes routes) {
    routes.get("/api/v1/costs", this::report);
    routes.get("/api/v1/costs/comparison", this::compare);
    routes.get("/api/v1/jobs/{id}/costs", this::ofJob);
    routes.get("/api/v1/scenario", this::scenario);
  }

  private record PriceView(
      String name,
      double vcpuHour,
      double gibHour,
      LocalDate asOf,
      String source,
      double minimumSeconds,
      double stepSeconds,
      String billedFrom) {
    static PriceView of(Price price) {
      return new PriceView(
          price.name(),
          price.vcpuHour().doubleValue(),
          price.gibHour().doubleValue(),
          price.asOf(),
          price.source(),
          Seconds.of(price.minimum()),
          Seconds.of(price.step()),
          price.from().name().toLowerCase(Locale.ROOT));
    }
  }

  private record CapacityView(String price, double vcpus, int memoryMib) {
    static CapacityView of(Capacity capacity) {
      return new CapacityView(
          capacity.price().name(),
          capacity.size().milliVcpus() / 1_000.0,
          capacity.size().memoryMib());
    }
  }

  private record CostView(
      @Nullable String name,
      long attempts,
      double runSeconds,
      double workerSeconds,
      Money work,
      Money idle,
      Money startUp,
      Money cost) {
    static CostView of(@Nullable String name, Cost cost) {
      return new CostView(
          name,
          cost.attempts(),
          cost.runNanos() / NANOS_PER_SECOND,
          cost.workerNanos() / NANOS_PER_SECOND,
          cost.work(),
          cost.idle(),
          cost.startUp(),
          cost.total());
    }
  }

  private record ReportView(
      Instant from,
      Instant to,
      String by,
      List<CostView> items,
      CostView apart,
      CostView total,
      CapacityView assumed,
      List<PriceView> prices) {
    static ReportView of(CostReport report) {
      return new ReportView(
          report.from(),
          report.to(),
          report.by().name().toLowerCase(Locale.ROOT),
          report.rows().stream().map(row -> CostView.of(row.name(), row.cost())).toList(),
          CostView.of(null, report.apart()),
          CostView.of(null, report.total()),
          CapacityView.of(report.assumed()),
          report.prices().stream().map(PriceView::of).toList());
    }
  }

  private record AttemptView(
      int attempt,
      String workerId,
      @Nullable String fleet,
      @JsonProperty("class") @Nullable String capacityClass,
      CapacityView capacity,
      double workerSeconds,
      Money cost) {
    static AttemptView of(AttemptCost cost) {
      return new AttemptView(
          cost.number(),
          Long.toString(cost.workerId()),
          cost.fleet(),
          cost.capacityClass(),
          CapacityView.of(cost.capacity()),
          cost.workerTime().toNanos() / NANOS_PER_SECOND,
          cost.cost());
    }
  }

  private record AttemptList(List<AttemptView> items, Money cost) {}

  private record ModeView(
      String mode,
      Money cost,
      double billedSeconds,
      double workedSeconds,
      double startUpSeconds,
      int workers) {
    static ModeView of(ModeCost mode) {
      return new ModeView(
          mode.mode().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          mode.cost(),
          Seconds.of(mode.billed()),
          Seconds.of(mode.worked()),
          Seconds.of(mode.startUp()),
          mode.workers());
    }
  }

  private record AssumedView(
      double vcpus,
      int memoryMib,
      double largestVcpus,
      int largestMemoryMib,
      PriceView price,
      PriceView functionPrice,
      int imageMib,
      int warm) {}

  private record ComparisonView(
      Instant from,
      Instant to,
      int runs,
      boolean complete,
      @Nullable Money recorded,
      List<ModeView> items,
      AssumedView assumed) {}

  private record ArrivalView(double at, double runSeconds, int priority, String definition) {}

  private record ScenarioView(String scenario, boolean complete, List<ArrivalView> items) {}

  private Response scenario(Request request) {
    request.allowQuery("from", "to", "queue", "definition");
    Instant to = to(request);
    Recording recording =
        accounts.recording(
            from(request, to),
            to,
            request.query("queue").textOrNull(),
            request.query("definition").textOrNull());
    return Response.json(
        new ScenarioView(
            recording.scenario(),
            recording.complete(),
            recording.history().entries().stream()
                .map(entry ->
                    new ArrivalView(
                        entry.at().toNanos() / NANOS_PER_SECOND,
                        entry.runSeconds(),
                        entry.priority(),
                        entry.definition()))
                .toList()));
  }

  private Response report(Request request) {
    request.allowQuery("from", "to", "by", "zone");
    Instant to = to(request);
    return Response.json(
        ReportView.of(
            accounts.report(
                from(request, to),
                to,
                zone(request.query("zone")),
                request.query("by").constant(By.class, By.DEFINITION))));
  }

  private Response ofJob(Request request) {
    request.allowQuery();
    long id = request.path("id").id();
    engine.jobs().get(id);
    List<AttemptCost> costs = accounts.ofJob(id);
    return Response.json(
        new AttemptList(
            costs.stream().map(AttemptView::of).toList(),
            costs.stream().map(AttemptCost::cost).reduce(Money.ZERO, Money::plus)));
  }

  private Response compare(Request request) {
    request.allowQuery(
        "from",
        "to",
        "queue",
        "definition",
        "vcpus",
        "memoryMib",
        "largestVcpus",
        "largestMemoryMib",
        "price",
        "functionPrice",
        "imageMib",
        "warm");
    Instant to = to(request);
    Instant from = from(request, to);
    String queue = request.query("queue").textOrNull();
    String definition = request.query("definition").textOrNull();
    int imageMib = request.query("imageMib").integer(0, MAX_IMAGE_MIB, DEFAULT_IMAGE_MIB);
    ModeComparison modes = modes(request, imageMib);
    Comparison comparison = Comparison.of(engine, from, to, queue, definition, modes);
    Money recorded =
        queue == null && definition == null && comparison.from().isBefore(comparison.to())
            ? accounts
                .report(comparison.from(), comparison.to(), ZoneOffset.UTC, By.FLEET)
                .total()
                .total()
            : null;
    return Response.json(
        new ComparisonView(
            comparison.from(),
            comparison.to(),
            comparison.runs(),
            comparison.complete(),
            recorded,
            comparison.modes().stream().map(ModeView::of).toList(),
            new AssumedView(
                modes.size().milliVcpus() / 1_000.0,
                modes.size().memoryMib(),
                modes.largest().milliVcpus() / 1_000.0,
                modes.largest().memoryMib(),
                PriceView.of(modes.task()),
                PriceView.of(modes.function()),
                imageMib,
                modes.warm())));
  }

  private ModeComparison modes(Request request, int imageMib) {
    try {
      Size assumed = accounts.assumed().size();
      Size size =
          Size.of(
              decimal(request.query("vcpus"), assumed.milliVcpus() / 1_000.0),
              request.query("memoryMib").integer(1, Size.MAX_MEMORY_MIB, assumed.memoryMib()));
      Size largest =
          Size.of(
              decimal(request.query("largestVcpus"), size.milliVcpus() * LARGEST_FACTOR / 1_000.0),
              request
                  .query("largestMemoryMib")
                  .integer(
                      1,
                      Size.MAX_MEMORY_MIB,
                      Math.min(Size.MAX_MEMORY_MIB, size.memoryMib() * LARGEST_FACTOR)));
      String price = request.query("price").textOrNull();
      String function = request.query("functionPrice").textOrNull();
      PriceList prices = PriceList.shipped();
      int functionMib =
          Math.clamp(
              (long) size.milliVcpus() * ModeComparison.FUNCTION_MIB_PER_VCPU / 1_000, 128, 10_240);
      return new ModeComparison(
          size,
          largest,
          price == null ? accounts.assumed().price() : prices.named(price),
          prices.named(function == null ? FUNCTION : function),
          StartUp.ofFargate(imageMib),
          functionMib,
          FUNCTION_START_UP,
          request.query("warm").integer(0, ModeComparison.MAX_WARM, 1));
    } catch (InvalidSettingException e) {
      throw new ProblemException(
          Problem.of(400, "invalid-parameter", String.valueOf(e.getMessage())));
    }
  }

  private Instant to(Request request) {
    return request.query("to").optional(Parameter::instant).orElseGet(() -> engine.clock().now());
  }

  private static Instant from(Request request, Instant to) {
    return request
        .query("from")
        .optional(Parameter::instant)
        .orElseGet(() -> to.minus(DEFAULT_SPAN));
  }

  private static ZoneId zone(Parameter parameter) {
    String name = parameter.textOrNull();
    try {
      return name == null ? ZoneOffset.UTC : ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "invalid-parameter",
                  "query parameter 'zone' must be a time zone such as Asia/Tokyo, not '%s'"
                      .formatted(name))
              .withField("zone"));
    }
  }

  private static double decimal(Parameter parameter, double otherwise) {
    String text = parameter.textOrNull();
    try {
      return text == null ? otherwise : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "invalid-parameter",
                  "query parameter '%s' must be a number such as 0.5, not '%s'"
                      .formatted(parameter.name(), text))
              .withField(parameter.name()));
    }
  }
}
