package dev.ekiden.fleet.control;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetFields;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.PlacementBackoff;
import dev.ekiden.fleet.ScalingPolicy;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.fleet.yaml.YamlDocument;
import dev.ekiden.fleet.yaml.YamlMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Fleets as people write them down, in YAML: one fleet, or several under {@code fleets}. Policy,
 * mix and times are written as in a scenario of the simulator.
 *
 * <pre>{@code
 * name: calendar
 * queues: [calendar-high, calendar-low]
 * min: 1
 * max: 5
 * steps: {0: 1, 100: 2, 1000: 3}
 * mix: {on-demand: 1, spot: 5}
 * }</pre>
 */
public final class FleetFile {
  private FleetFile() {}

  /**
   * Reads a file.
   *
   * @param file named in messages
   * @throws dev.ekiden.fleet.yaml.YamlException with the line, what is wrong and what is allowed
   */
  public static List<FleetSpec> parse(String file, String text) {
    YamlMap document = YamlDocument.parse(file, text).map();
    if (!document.has("fleets")) {
      return List.of(fleet(document));
    }
    List<FleetSpec> fleets = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlMap map : document.maps("fleets")) {
      FleetSpec fleet = fleet(map);
      if (!names.add(fleet.name())) {
        throw map.mistake("name", "is that of another fleet: '" + fleet.name() + "'");
      }
      fleets.add(fleet);
    }
    document.end();
    return fleets;
  }

  private static FleetSpec fleet(YamlMap map) {
    String name = map.text("name");
    boolean enabled = map.flag("enabled", true);
    List<String> queues = map.texts("queues");
    String launcher = map.text("launcher", FleetSpec.PROCESS);
    String image = map.has("image") ? map.text("image") : null;
    FleetSettings settings = settings(map);
    double vcpus =
        map.number(
            "vcpus",
            0.001,
            Size.MAX_MILLI_VCPUS / 1_000.0,
            FleetSpec.DEFAULT_SIZE.milliVcpus() / 1_000.0);
    int memory =
        (int)
            map.integer(
                "memory-mib",
                FleetSpec.MIN_MEMORY_MIB,
                Size.MAX_MEMORY_MIB,
                FleetSpec.DEFAULT_SIZE.memoryMib());
    Duration grace = map.time("grace", FleetSpec.DEFAULT_GRACE);
    Duration startTimeout = map.time("start-timeout", FleetSpec.DEFAULT_START_TIMEOUT);
    SortedMap<CapacityClass, String> prices = prices(map);
    Reclaims reclaims = reclaims(map);
    map.end();
    return map.checked(() ->
        new FleetSpec(
            name,
            enabled,
            queues,
            launcher,
            image,
            settings,
            Size.of(vcpus, memory),
            grace,
            startTimeout,
            prices,
            reclaims));
  }

  private static FleetSettings settings(YamlMap map) {
    String kind = FleetFields.only(map, FleetFields.POLICIES.toArray(String[]::new));
    ScalingPolicy policy = FleetFields.policy(map, kind);
    CapacityMix mix = FleetFields.mix(map, List.of());
    int fixed = policy instanceof Fixed(int workers) ? workers : 0;
    int min = (int) map.integer("min", 0, FleetSettings.MAX_WORKERS, fixed);
    int max =
        policy instanceof Fixed
            ? (int)
                map.integer("max", 1, FleetSettings.MAX_WORKERS, Math.max(1, Math.max(min, fixed)))
            : (int) map.integer("max", 1, FleetSettings.MAX_WORKERS);
    int slots = (int) map.integer("slots", 1, FleetSettings.MAX_SLOTS, 1);
    Duration scaleInAfter = map.time("scale-in-after", FleetSettings.DEFAULT_SCALE_IN_AFTER);
    Duration lookEvery = map.time("look-every", FleetSettings.DEFAULT_LOOK_EVERY);
    PlacementBackoff backoff = backoff(map.mapIfPresent("backoff"));
    return map.checked(
        () -> new FleetSettings(min, max, slots, policy, mix, scaleInAfter, backoff, lookEvery));
  }

  private static PlacementBackoff backoff(Optional<YamlMap> found) {
    if (found.isEmpty()) {
      return PlacementBackoff.DEFAULT;
    }
    YamlMap map = found.get();
    Duration first = map.time("first", PlacementBackoff.DEFAULT.first());
    Duration most = map.time("most", PlacementBackoff.DEFAULT.most());
    map.end();
    return map.checked(() -> new PlacementBackoff(first, most));
  }

  private static SortedMap<CapacityClass, String> prices(YamlMap map) {
    SortedMap<CapacityClass, String> prices = new TreeMap<>();
    map.mapIfPresent("prices")
        .ifPresent(found ->
            found
                .names()
                .forEach(name ->
                    prices.put(found.checked(() -> new CapacityClass(name)), found.text(name))));
    return prices;
  }

  private static @Nullable Reclaims reclaims(YamlMap map) {
    Optional<YamlMap> found = map.mapIfPresent("reclaims");
    if (found.isEmpty()) {
      return null;
    }
    YamlMap fields = found.get();
    Duration meanLife = fields.time("mean-life");
    long seed = fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE, 1);
    fields.end();
    return fields.checked(() -> new Reclaims(meanLife, seed));
  }
}
