package dev.ekiden.fleet;

import dev.ekiden.fleet.CapacityMix.Share;
import dev.ekiden.fleet.CapacityMix.StandIn;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import dev.ekiden.fleet.yaml.YamlMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** Policy and mix as people write them in YAML, the same in a fleet's file and in a scenario. */
public final class FleetFields {
  /** The fields of which one names the policy. */
  public static final List<String> POLICIES = List.of("fixed", "steps", "goal");

  private FleetFields() {}

  /** The one of the fields that is there. */
  public static String only(YamlMap map, String... names) {
    String found = null;
    for (String name : names) {
      if (map.has(name)) {
        if (found != null) {
          throw map.mistake(name, "cannot stand beside " + found);
        }
        found = name;
      }
    }
    if (found == null) {
      throw map.mistake("must have one of " + String.join(", ", names));
    }
    return found;
  }

  /**
   * The policy.
   *
   * @param kind one of {@link #POLICIES}, which is there
   */
  public static ScalingPolicy policy(YamlMap map, String kind) {
    return switch (kind) {
      case "fixed" -> {
        int workers = (int) map.integer("fixed", 0, FleetSettings.MAX_WORKERS);
        yield new Fixed(workers);
      }
      case "goal" -> map.read("goal", Goal::parse, "like '95% start within 5s'");
      default -> steps(map.map("steps"));
    };
  }

  /**
   * The mix; without one all workers are of the first class.
   *
   * @param known the classes there are; empty for any
   */
  public static CapacityMix mix(YamlMap map, Collection<CapacityClass> known) {
    StandIn rule = map.choice("stand-in", StandIn.values(), StandIn.NEXT);
    if (!map.has("mix")) {
      CapacityClass first = known.stream().findFirst().orElse(CapacityClass.ON_DEMAND);
      return CapacityMix.only(first).withStandIn(rule);
    }
    YamlMap mix = map.map("mix");
    List<Share> shares = new ArrayList<>();
    for (String name : mix.names()) {
      CapacityClass capacityClass = mix.checked(() -> new CapacityClass(name));
      if (!known.isEmpty() && !known.contains(capacityClass)) {
        throw mix.mistake(name, "is no class of this scenario; they are " + known);
      }
      shares.add(share(mix, name, capacityClass));
    }
    Supplier<CapacityMix> made = () -> new CapacityMix(shares, rule);
    return mix.checked(made);
  }

  private static Steps steps(YamlMap map) {
    List<Step> steps = new ArrayList<>();
    for (String from : map.names()) {
      long waiting;
      try {
        waiting = Long.parseLong(from.replace("_", "").replace(",", ""));
      } catch (NumberFormatException e) {
        throw map.mistake(from, "must be a number of waiting jobs, as in `100: 2`");
      }
      int workers = (int) map.integer(from, 0, FleetSettings.MAX_WORKERS);
      steps.add(map.checked(() -> new Step(waiting, workers)));
    }
    return map.checked(() -> new Steps(steps));
  }

  /** Either {@code spot: 5} or {@code spot: 1+5}, the base first. */
  private static Share share(YamlMap mix, String name, CapacityClass capacityClass) {
    int[] parts =
        mix.read(
            name,
            text -> {
              String[] both = text.split("\\+", 2);
              return both.length == 1
                  ? new int[] {0, Integer.parseInt(both[0].strip())}
                  : new int[] {
                    Integer.parseInt(both[0].strip()), Integer.parseInt(both[1].strip())
                  };
            },
            "a weight such as 5, or base and weight such as 1+5");
    return mix.checked(() -> new Share(capacityClass, parts[0], parts[1]));
  }
}
