package dev.ekiden.fleet.account;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.RecordedRun;
import dev.ekiden.engine.Usage;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.Reclaims;
import dev.ekiden.fleet.cost.Price;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.fleet.simulate.CapacityModel;
import dev.ekiden.fleet.simulate.History;
import dev.ekiden.fleet.simulate.Scenario;
import dev.ekiden.fleet.simulate.ScenarioReader;
import dev.ekiden.postgres.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A scenario of what was recorded: arrivals and run times as they were, and the fleets that serve
 * these queues as they are now, with start-ups, failed starts and reclaims as they were measured;
 * reclaims that a fleet itself makes are as it makes them. Where no fleet serves them, as many
 * workers as there were runs at once stand beside a goal.
 *
 * <p>A run time is what the run took of one place of its worker: a batch of fifty that takes a
 * second is fifty runs of a fiftieth, and what a busy worker takes from one to the next belongs to
 * the next. A run that went back because its worker went away is left out, for the simulator takes
 * workers away itself.
 *
 * <p>What is left out: a job that was enqueued for later arrives when it was enqueued; each attempt
 * is a job of its own.
 *
 * @param scenario YAML without the jobs
 * @param history the jobs
 * @param complete whether these are all runs of the time that was asked for
 */
public record Recording(String scenario, History history, boolean complete) {

  /** The scenario with other jobs than those that were recorded. */
  public Scenario with(History jobs) {
    // A scenario cannot be read without jobs; these make place for those that are given.
    String none = "length: 1s\njobs: [{arrivals: {poisson: 0/s}, run-time: {fixed: 0s}}]\n";
    try {
      return ScenarioReader.parse("recorded", scenario + none).with(jobs);
    } catch (IOException e) {
      throw new UncheckedIOException("the text names no other file", e);
    }
  }

  /**
   * Records the newest runs of a time, at most {@link Usage#MAX_RUNS}.
   *
   * @param queue the only one, or null
   * @param definition the only one, or null
   * @return nothing ran if its history is empty
   */
  public static Recording of(
      Database database,
      Engine engine,
      Capacity assumed,
      Instant from,
      Instant to,
      @Nullable String queue,
      @Nullable String definition) {
    List<RecordedRun> runs = engine.usage().runs(from, to, queue, definition, Usage.MAX_RUNS);
    Instant begin = runs.isEmpty() ? from : runs.getFirst().arrivedAt();
    Set<String> queues = runs.stream().map(RecordedRun::queue).collect(Collectors.toSet());
    Instant now = engine.clock().now();
    List<TaskTime> tasks = database.withHandle(handle -> TaskTimes.between(handle, begin, to));
    List<FleetSpec> fleets =
        database.withHandle(handle -> TaskTimes.fleets(handle)).values().stream()
            .filter(fleet -> fleet.queues().stream().anyMatch(queues::contains))
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .limit(Scenario.MAX_OPERATIONS)
            .toList();
    String title = "title: recorded from %s to %s%n".formatted(begin, to);
    String text =
        fleets.isEmpty()
            ? title + withoutFleets(assumed, runs)
            : title + withFleets(fleets, tasks, begin, now);
    return new Recording(text, history(runs, begin), runs.size() < Usage.MAX_RUNS);
  }

  private static History history(List<RecordedRun> runs, Instant begin) {
    double[] seconds = SlotTimes.seconds(runs);
    List<Integer> inTurn = new ArrayList<>(runs.size());
    for (int i = 0; i < seconds.length; i++) {
      inTurn.add(i);
    }
    inTurn.sort(Comparator.comparing(i -> runs.get(i).startedAt()));
    Map<Long, Instant> waitingSince = new HashMap<>();
    List<History.Entry> entries = new ArrayList<>();
    for (int i : inTurn) {
      RecordedRun run = runs.get(i);
      if (run.returned()) {
        waitingSince.putIfAbsent(run.jobId(), run.arrivedAt());
        continue;
      }
      Instant returned = waitingSince.remove(run.jobId());
      Instant arrived = returned == null ? run.arrivedAt() : returned;
      entries.add(
          new History.Entry(
              Duration.between(begin, arrived), seconds[i], run.priority(), run.definition()));
    }
    entries.sort(Comparator.comparing(History.Entry::at));
    return new History(entries);
  }

  private static String withoutFleets(Capacity assumed, List<RecordedRun> runs) {
    int peak = Math.clamp(peak(runs), 1, FleetSettings.MAX_WORKERS);
    return """
    about: No fleet serves these queues. Fixed has as many workers as there were runs at once.
    classes:
      on-demand: {price: %s, vcpus: %s, memory-mib: %d}
    fleets:
      - name: fixed
        fixed: %d
        mix: {on-demand: 1}
      - name: goal
        goal: 95%% start within 5s
        max: %d
        mix: {on-demand: 1}
    """
        .formatted(
            assumed.price().name(),
            vcpus(assumed.size()),
            assumed.size().memoryMib(),
            peak,
            Math.min(FleetSettings.MAX_WORKERS, 2 * peak));
  }

  private static int peak(List<RecordedRun> runs) {
    Instant[] ends = runs.stream().map(RecordedRun::endedAt).sorted().toArray(Instant[]::new);
    Instant[] starts = runs.stream().map(RecordedRun::startedAt).sorted().toArray(Instant[]::new);
    int peak = 0;
    int ended = 0;
    for (int begun = 0; begun < starts.length; begun++) {
      while (ended < begun && !ends[ended].isAfter(starts[begun])) {
        ended++;
      }
      peak = Math.max(peak, begun + 1 - ended);
    }
    return peak;
  }

  private static String withFleets(
      List<FleetSpec> fleets, List<TaskTime> tasks, Instant begin, Instant now) {
    Map<CapacityClass, List<FleetSpec>> having = new LinkedHashMap<>();
    for (FleetSpec fleet : fleets) {
      for (CapacityClass one : fleet.settings().mix().classes()) {
        having.computeIfAbsent(one, key -> new ArrayList<>()).add(fleet);
      }
    }
    StringBuilder text = new StringBuilder("classes:\n");
    having.forEach((one, its) -> text.append(capacityClass(one, its, tasks, now)));
    text.append("fleets:\n");
    fleets.forEach(fleet -> text.append(fleet(fleet, tasks, begin)));
    return text.toString();
  }

  /** Of several fleets that have the class, the first says its price and size. */
  private static String capacityClass(
      CapacityClass one, List<FleetSpec> fleets, List<TaskTime> tasks, Instant now) {
    Collection<String> names = fleets.stream().map(FleetSpec::name).toList();
    FleetSpec first = fleets.getFirst();
    CapacityFit fit =
        CapacityFit.of(
            tasks.stream()
                .filter(
                    task -> names.contains(task.fleet()) && task.capacityClass().equals(one.name()))
                .toList(),
            now);
    String price = first.prices().get(one);
    return """
      %s: # %d starts were measured
        price: %s
        vcpus: %s
        memory-mib: %d
        start-up: {placing: %s, image: %s, program: %s}
        spread: %s
        reclaims-per-hour: %s
        notice: %s
        failed-starts: %s
    """
        .formatted(
            one.name(),
            fit.starts(),
            price == null ? Price.FREE.name() : price,
            vcpus(first.size()),
            first.size().memoryMib(),
            millis(fit.placing()),
            millis(fit.image()),
            millis(fit.program()),
            number(fit.spread()),
            number(reclaimsPerHour(one, first, fit)),
            Times.format(first.grace()),
            number(fit.failedStarts()));
  }

  /** Where it is known how long lives are, few that were seen need not be counted. */
  private static double reclaimsPerHour(CapacityClass one, FleetSpec fleet, CapacityFit fit) {
    Reclaims reclaims = fleet.reclaims();
    return reclaims == null || !one.equals(CapacityClass.SPOT)
        ? fit.reclaimsPerHour()
        : Math.min(
            CapacityModel.MAX_RECLAIMS_PER_HOUR,
            Times.seconds(Duration.ofHours(1)) / Times.seconds(reclaims.meanLife()));
  }

  /** Nothing that was measured is told better than that. */
  private static String millis(Duration time) {
    return Times.format(time.truncatedTo(ChronoUnit.MILLIS));
  }

  private static String fleet(FleetSpec fleet, List<TaskTime> tasks, Instant begin) {
    FleetSettings settings = fleet.settings();
    long present =
        tasks.stream()
            .filter(task -> task.fleet().equals(fleet.name()))
            .filter(task -> task.readyAt() != null && !task.readyAt().isAfter(begin))
            .filter(task -> task.endedAt() == null || task.endedAt().isAfter(begin))
            .count();
    return """
      - name: %s
        %s
        min: %d
        max: %d
        slots: %d
        begin: %d
        scale-in-after: %s
        look-every: %s
        mix: {%s}
    """
        .formatted(
            fleet.name(),
            policy(settings),
            settings.min(),
            settings.max(),
            settings.slots(),
            Math.min(present, settings.max()),
            Times.format(settings.scaleInAfter()),
            Times.format(settings.lookEvery()),
            mix(settings.mix()));
  }

  private static String policy(FleetSettings settings) {
    return switch (settings.policy()) {
      case Fixed(int workers) -> "fixed: " + workers;
      case Goal goal -> "goal: " + goal;
      case Steps(List<Steps.Step> steps) ->
          steps.stream()
              .map(step -> step.from() + ": " + step.workers())
              .collect(Collectors.joining(", ", "steps: {", "}"));
    };
  }

  private static String mix(CapacityMix mix) {
    return mix.shares().stream()
        .map(share ->
            share.capacityClass().name()
                + ": "
                + (share.base() == 0
                    ? Integer.toString(share.weight())
                    : share.base() + "+" + share.weight()))
        .collect(Collectors.joining(", "));
  }

  private static String vcpus(Size size) {
    return number(size.milliVcpus() / 1_000.0);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replaceAll("\\.?0+$", "");
  }
}
