package dev.ekiden.fleet.control;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ekiden.fleet.Decision;
import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Observed;
import dev.ekiden.fleet.Term;
import dev.ekiden.fleet.Times;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision as it is kept.
 *
 * @param id rises; 0 before it is stored
 * @param revision of the fleet it was taken for
 * @param epoch of the leadership that took it
 * @param desired how many workers there should be
 * @param observed what it rests on
 * @param launches tasks that were asked for, in order
 * @param stops workers that were asked to retire
 * @param reason one English sentence with the figures and the term that won
 * @param why the terms of that sentence, for other languages; none where an earlier build decided
 * @param rejected the terms that did not
 */
public record FleetDecision(
    long id,
    String fleet,
    Instant at,
    long revision,
    long epoch,
    int desired,
    Seen observed,
    List<Launch> launches,
    List<Stop> stops,
    String reason,
    List<Term> why,
    List<String> rejected) {

  /** What was seen. */
  public record Seen(List<ClassSeen> classes, DemandSeen demand) {
    public Seen {
      classes = List.copyOf(classes);
    }

    /** As the decision got it. */
    public static Seen of(Observed observed) {
      return new Seen(
          observed.workers().entrySet().stream()
              .map(entry ->
                  new ClassSeen(
                      entry.getKey().name(),
                      entry.getValue().alive(),
                      entry.getValue().idle(),
                      entry.getValue().starting(),
                      entry.getValue().draining(),
                      entry.getValue().started(),
                      entry.getValue().failedPlacements()))
              .toList(),
          DemandSeen.of(observed.demand()));
    }
  }

  /** Workers of a class. */
  public record ClassSeen(
      @JsonProperty("class") String capacityClass,
      int alive,
      int idle,
      int starting,
      int draining,
      int started,
      int failedPlacements) {}

  /** What the fleet was asked to do; see {@link Demand}. */
  public record DemandSeen(
      List<WaitingSeen> waiting,
      long waitingJobs,
      long startableJobs,
      int running,
      double arrivalsPerSecond,
      double meanSeconds,
      double squaredVariation,
      double startUpSeconds) {
    public DemandSeen {
      waiting = List.copyOf(waiting);
    }

    public static DemandSeen of(Demand demand) {
      return new DemandSeen(
          demand.waiting().stream()
              .map(level ->
                  new WaitingSeen(
                      level.priority(),
                      level.jobs(),
                      Times.seconds(level.oldestAge()),
                      level.workSeconds()))
              .toList(),
          demand.waitingJobs(),
          demand.startable(),
          demand.running(),
          demand.arrivalsPerSecond(),
          demand.meanSeconds(),
          demand.squaredVariation(),
          Times.seconds(demand.startUp()));
    }
  }

  /** Waiting jobs of a priority. */
  public record WaitingSeen(int priority, long jobs, double oldestSeconds, double workSeconds) {}

  /** A task that was asked for. */
  public record Launch(
      String task, @JsonProperty("class") String capacityClass, @Nullable String insteadOf) {}

  /** A worker that was asked to retire. */
  public record Stop(String task, @JsonProperty("class") String capacityClass) {}

  public FleetDecision {
    launches = List.copyOf(launches);
    stops = List.copyOf(stops);
    why = List.copyOf(why);
    rejected = List.copyOf(rejected);
  }

  static FleetDecision of(
      String fleet,
      Instant at,
      long revision,
      long epoch,
      Observed observed,
      Decision decision,
      List<Launch> launches,
      List<Stop> stops) {
    return new FleetDecision(
        0,
        fleet,
        at,
        revision,
        epoch,
        decision.desired(),
        Seen.of(observed),
        launches,
        stops,
        decision.reason(),
        decision.why(),
        decision.rejected());
  }
}
