package dev.ekiden.fleet.decide;

import dev.ekiden.fleet.Demand;
import dev.ekiden.fleet.Demand.Waiting;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.Term;
import dev.ekiden.fleet.Times;
import java.util.List;

/**
 * What a goal on the wait asks for: the larger of two terms, in slots.
 *
 * <ul>
 *   <li><b>steady</b>: what the arrivals need in the long run, by {@link Staffing}
 *   <li><b>burst</b>: what the waiting jobs need to start in time: for each priority, the work of
 *       it and all higher ones ÷ the slack, which is goal − age of its oldest − start-up time of a
 *       worker, but at least a quarter of the goal, so that a lost goal asks for four times the
 *       workers and not for endlessly many; never more than there are jobs. A running job holds its
 *       slot for as much of the slack as it is still expected to run: mean · (1 + cs²)/2, the mean
 *       residual life of renewal theory
 * </ul>
 *
 * Idle workers stop only if half the goal would still be met without them.
 */
final class GoalNeed {
  /** The least slack, as a part of the goal. */
  private static final double LEAST_SLACK = 0.25;

  /** Workers are kept as if the goal were this part of it. */
  private static final double KEEP = 0.5;

  /**
   * Arrivals further apart keep no worker of a fleet that starts too slowly to begin from nothing.
   */
  private static final double RARE_SECONDS = 3_600;

  private final Demand demand;
  private final FleetSettings settings;
  private final double goalSeconds;
  private final double missable;

  GoalNeed(Goal goal, Demand demand, FleetSettings settings) {
    this.demand = demand;
    this.settings = settings;
    this.goalSeconds = Times.seconds(goal.within());
    this.missable = goal.missable();
  }

  /** One priority's claim on slots. */
  private record Burst(double slots, double workSeconds, double slackSeconds, boolean late) {}

  Need need() {
    int steady = steady(goalSeconds);
    int keep = Math.max(steady, steady(goalSeconds * KEEP));
    Burst burst = burst();
    int burstSlots = (int) Math.min(most(), Math.ceil(burst.slots() - 1e-9));
    boolean burstWins = burstSlots > steady;
    Term steadyTerm =
        new Term.Steady(steady, demand.arrivalsPerSecond(), demand.meanSeconds(), demand.load());
    Term burstTerm =
        new Term.Burst(burstSlots, burst.workSeconds(), burst.slackSeconds(), burst.late());
    int slots = Math.max(steady, burstSlots);
    return new Need(
        workers(slots),
        workers(Math.max(keep, burstSlots)),
        List.of(new Term.Needed(workers(slots)), burstWins ? burstTerm : steadyTerm),
        List.of(burstWins ? steadyTerm : burstTerm));
  }

  private int steady(double seconds) {
    double perSecond = demand.arrivalsPerSecond();
    boolean soonThere = Times.seconds(demand.startUp()) <= goalSeconds * KEEP;
    double idle = soonThere ? Times.seconds(settings.scaleInAfter()) : RARE_SECONDS;
    if (perSecond * idle < 1 || demand.meanSeconds() == 0) {
      return 0;
    }
    return new Staffing(demand.load(), demand.meanSeconds(), demand.squaredVariation())
        .servers(seconds, missable, most());
  }

  private Burst burst() {
    double start = Times.seconds(demand.startUp());
    double residual = demand.meanSeconds() * (1 + demand.squaredVariation()) / 2;
    double share =
        demand.waitingJobs() == 0 ? 0 : demand.startable() / (double) demand.waitingJobs();
    double work = 0;
    double jobs = 0;
    Burst largest = new Burst(0, 0, goalSeconds, false);
    for (Waiting level : demand.waiting()) {
      work += level.workSeconds() * share;
      jobs += level.jobs() * share;
      double slack = goalSeconds - Times.seconds(level.oldestAge()) - start;
      boolean late = slack < goalSeconds * LEAST_SLACK;
      double taken = late ? goalSeconds * LEAST_SLACK : slack;
      double held = demand.running() * Math.min(1, residual / taken);
      double slots = jobs == 0 ? 0 : Math.max(1, Math.min(jobs, work / taken)) + held;
      if (slots > largest.slots()) {
        largest = new Burst(slots, work, taken, late);
      }
    }
    return largest;
  }

  /** Where slots end: at the maximum of the fleet, and at what limits let run. */
  private int most() {
    long most = (long) settings.max() * settings.slots();
    Long room = demand.room();
    return (int) (room == null ? most : Math.min(most, demand.running() + room));
  }

  private int workers(int slots) {
    return Math.ceilDiv(slots, settings.slots());
  }
}
