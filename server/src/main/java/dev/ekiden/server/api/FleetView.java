package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Term;
import dev.ekiden.fleet.control.FleetDecision;
import dev.ekiden.fleet.control.FleetDecision.DemandSeen;
import dev.ekiden.fleet.control.FleetDecision.Launch;
import dev.ekiden.fleet.control.FleetDecision.Seen;
import dev.ekiden.fleet.control.FleetDecision.Stop;
import dev.ekiden.fleet.control.FleetDocument;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.Fleets.ClassCount;
import dev.ekiden.fleet.control.Fleets.Standings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Fleets as the API shows them. */
record FleetView(
    String name,
    long revision,
    boolean enabled,
    Instant createdAt,
    Instant changedAt,
    FleetDocument settings,
    Workers workers,
    @Nullable Instant startingSince,
    List<Resting> resting,
    DemandSeen demand,
    @Nullable DecisionView decision) {

  record Workers(int alive, int idle, int starting, int draining, List<OfClass> classes) {
    static Workers of(List<ClassCount> counts) {
      return new Workers(
          counts.stream().mapToInt(ClassCount::alive).sum(),
          counts.stream().mapToInt(ClassCount::idle).sum(),
          counts.stream().mapToInt(ClassCount::starting).sum(),
          counts.stream().mapToInt(ClassCount::draining).sum(),
          counts.stream()
              .map(one ->
                  new OfClass(
                      one.capacityClass().name(),
                      one.alive(),
                      one.idle(),
                      one.starting(),
                      one.draining()))
              .toList());
    }
  }

  record OfClass(
      @JsonProperty("class") String capacityClass,
      int alive,
      int idle,
      int starting,
      int draining) {}

  /** A class that could not place. */
  record Resting(@JsonProperty("class") String capacityClass, int failures, Instant until) {}

  static FleetView of(Standings standings) {
    List<Resting> resting = new ArrayList<>();
    standings
        .fleet()
        .memory()
        .resting()
        .forEach((capacityClass, rest) ->
            resting.add(new Resting(capacityClass.name(), rest.failures(), rest.until())));
    FleetDecision last = standings.last();
    return new FleetView(
        standings.fleet().name(),
        standings.fleet().revision(),
        standings.fleet().spec().enabled(),
        standings.fleet().createdAt(),
        standings.fleet().changedAt(),
        FleetDocument.of(standings.fleet().spec()),
        Workers.of(standings.classes()),
        standings.startingSince(),
        resting,
        DemandSeen.of(standings.demand()),
        last == null ? null : DecisionView.of(last));
  }

  /** A decision. */
  record DecisionView(
      String id,
      Instant at,
      long revision,
      int desired,
      Seen observed,
      List<Launch> launches,
      List<Stop> stops,
      String reason,
      List<Term> why,
      List<String> rejected) {
    static DecisionView of(FleetDecision decision) {
      return new DecisionView(
          Long.toString(decision.id()),
          decision.at(),
          decision.revision(),
          decision.desired(),
          decision.observed(),
          decision.launches(),
          decision.stops(),
          decision.reason(),
          decision.why(),
          decision.rejected());
    }
  }

  /** A task that is, was, or is to be a worker. */
  record TaskView(
      String id,
      long number,
      long revision,
      @JsonProperty("class") String capacityClass,
      @Nullable String insteadOf,
      String phase,
      String launcher,
      String place,
      Instant askedAt,
      @Nullable Instant launchedAt,
      @Nullable Instant startedAt,
      @Nullable Instant readyAt,
      @Nullable Instant firstClaimAt,
      @Nullable Instant retireAt,
      @Nullable String retireReason,
      @Nullable Instant reclaimedAt,
      @Nullable Instant stoppedAt,
      @Nullable Instant endedAt,
      @Nullable String ending,
      @Nullable String detail) {
    static TaskView of(FleetTask task) {
      CapacityClass insteadOf = task.insteadOf();
      return new TaskView(
          task.id().value(),
          task.number(),
          task.revision(),
          task.capacityClass().name(),
          insteadOf == null ? null : insteadOf.name(),
          written(task.phase()),
          task.launcher(),
          task.place(),
          task.askedAt(),
          task.launchedAt(),
          task.startedAt(),
          task.readyAt(),
          task.firstClaimAt(),
          task.retireAt(),
          task.retireReason(),
          task.reclaimedAt(),
          task.stoppedAt(),
          task.endedAt(),
          task.ending() == null ? null : written(task.ending()),
          task.detail());
    }
  }

  private static String written(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
