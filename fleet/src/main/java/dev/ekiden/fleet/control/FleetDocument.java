package dev.ekiden.fleet.control;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.CapacityMix.Share;
import dev.ekiden.fleet.CapacityMix.StandIn;
import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.PlacementBackoff;
import dev.ekiden.fleet.ScalingPolicy;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.cost.Size;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A fleet as JSON, in the database and in the API; what is left out has its default. Times are
 * seconds.
 */
public record FleetDocument(
    @Nullable Boolean enabled,
    @Nullable List<String> queues,
    @Nullable String launcher,
    @Nullable String image,
    @Nullable Integer min,
    @Nullable Integer max,
    @Nullable Integer slots,
    @Nullable Policy policy,
    @Nullable List<MixShare> mix,
    @Nullable String standIn,
    @Nullable Double scaleInAfterSeconds,
    @Nullable Double lookEverySeconds,
    @Nullable Backoff backoff,
    @Nullable Double vcpus,
    @Nullable Integer memoryMib,
    @Nullable Double graceSeconds,
    @Nullable Double startTimeoutSeconds,
    @Nullable Map<String, String> prices,
    @Nullable Reclaiming reclaims) {

  /** One of the three. */
  public record Policy(
      @Nullable Integer fixed, @Nullable List<StepRow> steps, @Nullable String goal) {}

  /** From so many waiting jobs on, so many workers. */
  public record StepRow(long from, int workers) {}

  /** What a class gets; a base of 0 and a weight of 1 if they are left out. */
  public record MixShare(
      @com.fasterxml.jackson.annotation.JsonProperty("class") String capacityClass,
      @Nullable Integer base,
      @Nullable Integer weight) {}

  /** How long a class rests that cannot place. */
  public record Backoff(@Nullable Double firstSeconds, @Nullable Double mostSeconds) {}

  /** See {@link Reclaims}. */
  public record Reclaiming(double meanLifeSeconds, @Nullable Long seed) {}

  /** The document of a fleet, with nothing left out but what is not set. */
  public static FleetDocument of(FleetSpec spec) {
    FleetSettings settings = spec.settings();
    Reclaims reclaims = spec.reclaims();
    Map<String, String> prices = new TreeMap<>();
    spec.prices().forEach((capacityClass, price) -> prices.put(capacityClass.name(), price));
    return new FleetDocument(
        spec.enabled(),
        spec.queues(),
        spec.launcher(),
        spec.image(),
        settings.min(),
        settings.max(),
        settings.slots(),
        policy(settings.policy()),
        settings.mix().shares().stream()
            .map(share -> new MixShare(share.capacityClass().name(), share.base(), share.weight()))
            .toList(),
        settings.mix().standIn().name().toLowerCase(Locale.ROOT),
        Times.seconds(settings.scaleInAfter()),
        Times.seconds(settings.lookEvery()),
        new Backoff(
            Times.seconds(settings.backoff().first()), Times.seconds(settings.backoff().most())),
        spec.size().milliVcpus() / 1_000.0,
        spec.size().memoryMib(),
        Times.seconds(spec.grace()),
        Times.seconds(spec.startTimeout()),
        prices,
        reclaims == null
            ? null
            : new Reclaiming(Times.seconds(reclaims.meanLife()), reclaims.seed()));
  }

  /**
   * The fleet this document asks for.
   *
   * @throws InvalidSettingException saying which setting, and what is allowed
   */
  public FleetSpec spec(String name) {
    ScalingPolicy rule = readPolicy();
    int fixed = rule instanceof Fixed(int workers) ? workers : 0;
    int fewest = min == null ? fixed : min;
    int most = max == null ? Math.max(1, Math.max(fewest, fixed)) : max;
    if (max == null && !(rule instanceof Fixed)) {
      throw new InvalidSettingException("max", "max is missing: the most workers of the fleet");
    }
    if (queues == null) {
      throw new InvalidSettingException("queues", "queues is missing: what the workers serve");
    }
    FleetSettings settings =
        new FleetSettings(
            fewest,
            most,
            slots == null ? 1 : slots,
            rule,
            readMix(),
            time("scale-in-after", scaleInAfterSeconds, FleetSettings.DEFAULT_SCALE_IN_AFTER),
            readBackoff(),
            time("look-every", lookEverySeconds, FleetSettings.DEFAULT_LOOK_EVERY));
    return new FleetSpec(
        name,
        enabled == null || enabled,
        queues,
        launcher == null ? FleetSpec.PROCESS : launcher,
        image,
        settings,
        size(),
        time("grace", graceSeconds, FleetSpec.DEFAULT_GRACE),
        time("start-timeout", startTimeoutSeconds, FleetSpec.DEFAULT_START_TIMEOUT),
        priceNames(),
        reclaims == null
            ? null
            : new Reclaims(
                time("mean-life", reclaims.meanLifeSeconds(), Duration.ZERO),
                reclaims.seed() == null ? 1 : reclaims.seed()));
  }

  private static Policy policy(ScalingPolicy policy) {
    return switch (policy) {
      case Fixed(int workers) -> new Policy(workers, null, null);
      case Steps(List<Step> steps) ->
          new Policy(
              null,
              steps.stream().map(step -> new StepRow(step.from(), step.workers())).toList(),
              null);
      case Goal goal -> new Policy(null, null, goal.toString());
    };
  }

  private ScalingPolicy readPolicy() {
    if (policy == null) {
      throw new InvalidSettingException("policy", "policy is missing: fixed, steps or goal");
    }
    int given =
        (policy.fixed() == null ? 0 : 1)
            + (policy.steps() == null ? 0 : 1)
            + (policy.goal() == null ? 0 : 1);
    if (given != 1) {
      throw Checks.refuse("policy", "one of fixed, steps and goal", given + " of them");
    }
    if (policy.fixed() != null) {
      return new Fixed(policy.fixed());
    }
    if (policy.goal() != null) {
      return Goal.parse(policy.goal());
    }
    List<StepRow> rows = policy.steps() == null ? List.of() : policy.steps();
    return new Steps(rows.stream().map(row -> new Step(row.from(), row.workers())).toList());
  }

  private CapacityMix readMix() {
    StandIn rule = readStandIn();
    if (mix == null) {
      return CapacityMix.only(CapacityClass.ON_DEMAND).withStandIn(rule);
    }
    return new CapacityMix(
        mix.stream()
            .map(share ->
                new Share(
                    new CapacityClass(share.capacityClass()),
                    share.base() == null ? 0 : share.base(),
                    share.weight() == null ? 1 : share.weight()))
            .toList(),
        rule);
  }

  private StandIn readStandIn() {
    if (standIn == null) {
      return StandIn.NEXT;
    }
    return Arrays.stream(StandIn.values())
        .filter(rule -> rule.name().toLowerCase(Locale.ROOT).equals(standIn))
        .findFirst()
        .orElseThrow(() ->
            Checks.refuse(
                "stand-in",
                Arrays.stream(StandIn.values())
                    .map(rule -> rule.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(" or ")),
                "'" + standIn + "'"));
  }

  private PlacementBackoff readBackoff() {
    if (backoff == null) {
      return PlacementBackoff.DEFAULT;
    }
    return new PlacementBackoff(
        time("first rest of a class", backoff.firstSeconds(), PlacementBackoff.DEFAULT.first()),
        time("longest rest of a class", backoff.mostSeconds(), PlacementBackoff.DEFAULT.most()));
  }

  private Size size() {
    double processors = vcpus == null ? FleetSpec.DEFAULT_SIZE.milliVcpus() / 1_000.0 : vcpus;
    Checks.range("vcpus", processors, 0.001, Size.MAX_MILLI_VCPUS / 1_000.0);
    return Size.of(processors, memoryMib == null ? FleetSpec.DEFAULT_SIZE.memoryMib() : memoryMib);
  }

  private SortedMap<CapacityClass, String> priceNames() {
    SortedMap<CapacityClass, String> names = new TreeMap<>();
    if (prices != null) {
      prices.forEach((capacityClass, price) -> names.put(new CapacityClass(capacityClass), price));
    }
    return names;
  }

  private static Duration time(String setting, @Nullable Double seconds, Duration otherwise) {
    if (seconds == null) {
      return otherwise;
    }
    Checks.range(setting, seconds, 0, Times.seconds(Times.MAX));
    return Times.ofSeconds(seconds);
  }
}
