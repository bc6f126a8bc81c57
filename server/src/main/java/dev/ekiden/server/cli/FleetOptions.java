package dev.ekiden.server.cli;

import dev.ekiden.fleet.control.FleetSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code ekiden fleets set} can change. */
final class FleetOptions {
  @Option(
      names = "--queues",
      paramLabel = "QUEUE,…",
      split = ",",
      description = "What its workers serve, the first ones first.")
  private @Nullable List<String> queues;

  @Option(
      names = "--launcher",
      paramLabel = "NAME",
      description =
          "Where workers run: process, or docker, kubernetes, ecs, which need an image; those that run"
              + " stay where they are.")
  private @Nullable String launcher;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description = "What containers of new workers run.")
  private @Nullable String image;

  @Option(names = "--min", paramLabel = "N", description = "Fewest workers.")
  private @Nullable Integer min;

  @Option(names = "--max", paramLabel = "N", description = "Most workers.")
  private @Nullable Integer max;

  @Option(names = "--slots", paramLabel = "N", description = "Jobs that a worker runs at once.")
  private @Nullable Integer slots;

  @Option(names = "--fixed", paramLabel = "N", description = "Always so many workers.")
  private @Nullable Integer fixed;

  @Option(
      names = "--steps",
      paramLabel = "JOBS=N,…",
      description = "From so many waiting jobs on so many workers, as 0=1,100=2.")
  private @Nullable String steps;

  @Option(
      names = "--goal",
      paramLabel = "GOAL",
      description = "As many as it takes, as '95%% start within 5s'.")
  private @Nullable String goal;

  @Option(
      names = "--mix",
      paramLabel = "CLASS=N,…",
      description =
          "Classes by weight, as on-demand=1,spot=5; a base before a plus: on-demand=1+1.")
  private @Nullable String mix;

  @Option(
      names = "--stand-in",
      paramLabel = "RULE",
      description = "When a class cannot place: next (the next one does) or none.")
  private @Nullable String standIn;

  @Option(
      names = "--scale-in-after",
      paramLabel = "TIME",
      description = "How long workers must have been too many.")
  private @Nullable Duration scaleInAfter;

  @Option(
      names = "--look-every",
      paramLabel = "TIME",
      description = "The longest time between two decisions.")
  private @Nullable Duration lookEvery;

  @Option(
      names = "--backoff",
      paramLabel = "FIRST,MOST",
      split = ",",
      description = "How long a class that cannot place rests at first and at most, as 15s,15m.")
  private @Nullable List<Duration> backoff;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      description = "How long a worker that must go may go on.")
  private @Nullable Duration grace;

  @Option(
      names = "--start-timeout",
      paramLabel = "TIME",
      description = "By when a task must be a worker.")
  private @Nullable Duration startTimeout;

  @Option(names = "--vcpus", paramLabel = "N", description = "vCPUs of a worker.")
  private @Nullable Double vcpus;

  @Option(names = "--memory-mib", paramLabel = "N", description = "Memory of a worker.")
  private @Nullable Integer memoryMib;

  @Option(
      names = "--prices",
      paramLabel = "CLASS=PRICE,…",
      description = "Prices by class, as spot=fargate-tokyo-spot.")
  private @Nullable String prices;

  @Option(
      names = "--spot-life",
      paramLabel = "TIME",
      description = "Take spot workers of this machine away after so long on average; 0 for never.")
  private @Nullable Duration spotLife;

  @Option(names = "--seed", paramLabel = "N", description = "Of the lives of spot workers.")
  private @Nullable Long seed;

  @Option(
      names = "--enable",
      negatable = true,
      description = "Keep workers; --no-enable lets them finish what they have and end.")
  private @Nullable Boolean enable;

  /** Writes what was given over the settings; false if nothing was. */
  boolean writeTo(ObjectNode settings) {
    ObjectNode given = settings.objectNode();
    if (queues != null) {
      ArrayNode names = given.putArray("queues");
      queues.forEach(names::add);
    }
    if (launcher != null) {
      given.put("launcher", launcher);
      if (launcher.equals(FleetSpec.PROCESS)) {
        given.putNull("image"); // processes have none
      }
    }
    if (image != null) {
      given.put("image", image);
    }
    put(given, "min", min);
    put(given, "max", max);
    put(given, "slots", slots);
    policy(given);
    if (mix != null) {
      mix(given.putArray("mix"), mix);
    }
    if (standIn != null) {
      given.put("standIn", standIn);
    }
    put(given, "scaleInAfterSeconds", scaleInAfter);
    put(given, "lookEverySeconds", lookEvery);
    backoff(given);
    put(given, "graceSeconds", grace);
    put(given, "startTimeoutSeconds", startTimeout);
    if (vcpus != null) {
      given.put("vcpus", vcpus);
    }
    put(given, "memoryMib", memoryMib);
    if (prices != null) {
      ObjectNode names = given.putObject("prices");
      pairs("--prices", prices).forEach(pair -> names.put(pair[0], pair[1]));
    }
    reclaims(given, settings);
    if (enable != null) {
      given.put("enabled", enable);
    }
    settings.setAll(given);
    return !given.isEmpty();
  }

  private void policy(ObjectNode given) {
    int policies = (fixed == null ? 0 : 1) + (steps == null ? 0 : 1) + (goal == null ? 0 : 1);
    if (policies > 1) {
      throw CommandException.usage("give one of --fixed, --steps and --goal");
    }
    if (policies == 0) {
      return;
    }
    ObjectNode policy = given.putObject("policy");
    put(policy, "fixed", fixed);
    if (goal != null) {
      policy.put("goal", goal);
    }
    if (steps != null) {
      ArrayNode rows = policy.putArray("steps");
      for (String[] pair : pairs("--steps", steps)) {
        rows.addObject()
            .put("from", number("--steps", pair[0]))
            .put("workers", (int) number("--steps", pair[1]));
      }
    }
  }

  private void backoff(ObjectNode given) {
    if (backoff == null) {
      return;
    }
    if (backoff.size() != 2) {
      throw CommandException.usage("--backoff takes two times, as 15s,15m");
    }
    ObjectNode rests = given.putObject("backoff");
    put(rests, "firstSeconds", backoff.getFirst());
    put(rests, "mostSeconds", backoff.getLast());
  }

  private static void mix(ArrayNode shares, String text) {
    for (String[] pair : pairs("--mix", text)) {
      String[] both = pair[1].split("\\+", 2);
      shares
          .addObject()
          .put("class", pair[0])
          .put("base", both.length == 1 ? 0 : (int) number("--mix", both[0]))
          .put("weight", (int) number("--mix", both[both.length - 1]));
    }
  }

  private void reclaims(ObjectNode given, ObjectNode settings) {
    if (spotLife != null && spotLife.isZero()) {
      given.putNull("reclaims");
    } else if (spotLife != null || seed != null) {
      ObjectNode reclaims = given.putObject("reclaims");
      if (settings.path("reclaims").isObject()) {
        reclaims.setAll((ObjectNode) settings.path("reclaims"));
      }
      put(reclaims, "meanLifeSeconds", spotLife);
      if (seed != null) {
        reclaims.put("seed", seed);
      }
      if (!reclaims.has("meanLifeSeconds")) {
        throw CommandException.usage("--seed needs --spot-life");
      }
    }
  }

  private static List<String[]> pairs(String option, String text) {
    return Arrays.stream(text.split(",", -1))
        .map(part -> {
          String[] pair = part.strip().split("\\s*[=:]\\s*", -1);
          if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
            throw CommandException.usage(
                "%s is written as NAME=VALUE,…, not '%s'".formatted(option, part.strip()));
          }
          return pair;
        })
        .toList();
  }

  private static long number(String option, String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw CommandException.usage(
          "%s needs whole numbers, and '%s' is none".formatted(option, text));
    }
  }

  private static void put(ObjectNode node, String property, @Nullable Integer value) {
    if (value != null) {
      node.put(property, value);
    }
  }

  private static void put(ObjectNode node, String property, @Nullable Duration value) {
    if (value != null) {
      node.put(property, value.toMillis() / 1_000.0);
    }
  }
}
