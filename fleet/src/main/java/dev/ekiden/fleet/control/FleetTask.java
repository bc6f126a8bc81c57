package dev.ekiden.fleet.control;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.launch.TaskId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task that was asked for to become a worker of a fleet. All times are the database's.
 *
 * @param id of the task; the worker has it as its name
 * @param number rises with each task of the installation
 * @param revision of the fleet when it was asked for
 * @param insteadOf the class it stands in for, if it does
 * @param place where its launcher is: tasks of this machine's processes are seen from here alone
 * @param askedAt when it was decided on; committed before it is launched
 * @param launchedAt when the launcher had it
 * @param startedAt when its program began to run
 * @param readyAt when it had become a worker
 * @param firstClaimAt when it began its first job
 * @param retireAt when it was asked to take nothing more and to end once it has nothing left
 * @param reclaimDueAt when a simulated class takes its machine away, if it lives that long
 * @param reclaimedAt when that was
 * @param stoppedAt when it was sent the signal to end, for whatever reason
 * @param removedAt when its launcher had forgotten it
 */
public record FleetTask(
    TaskId id,
    long number,
    String fleet,
    long revision,
    CapacityClass capacityClass,
    @Nullable CapacityClass insteadOf,
    String launcher,
    String place,
    Instant askedAt,
    @Nullable Instant launchedAt,
    @Nullable Instant startedAt,
    @Nullable Instant readyAt,
    @Nullable Instant firstClaimAt,
    @Nullable Instant retireAt,
    @Nullable String retireReason,
    @Nullable Instant reclaimDueAt,
    @Nullable Instant reclaimedAt,
    @Nullable Instant stoppedAt,
    @Nullable Instant endedAt,
    @Nullable TaskEnding ending,
    @Nullable String detail,
    @Nullable Instant removedAt) {

  /** One that is asked for now, and that nothing has happened to. */
  static FleetTask asked(
      TaskId id, long number, Fleet fleet, Placement placement, Located located, Instant now) {
    return new FleetTask(
        id,
        number,
        fleet.name(),
        fleet.revision(),
        placement.capacityClass(),
        placement.insteadOf(),
        located.launcher().name(),
        located.place(),
        now,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** The same, on a machine that is taken away then. */
  FleetTask withReclaimDueAt(@Nullable Instant due) {
    return new FleetTask(
        id,
        number,
        fleet,
        revision,
        capacityClass,
        insteadOf,
        launcher,
        place,
        askedAt,
        launchedAt,
        startedAt,
        readyAt,
        firstClaimAt,
        retireAt,
        retireReason,
        due,
        reclaimedAt,
        stoppedAt,
        endedAt,
        ending,
        detail,
        removedAt);
  }

  public boolean hasEnded() {
    return endedAt != null;
  }

  /** Whether it was told to go, by whatever means. */
  public boolean isAskedToGo() {
    return retireAt != null || reclaimedAt != null || stoppedAt != null;
  }

  /** How far it is, in a word for people. */
  public Phase phase() {
    if (hasEnded()) {
      return Phase.ENDED;
    }
    if (isAskedToGo()) {
      return Phase.DRAINING;
    }
    if (readyAt != null) {
      return Phase.WORKING;
    }
    return launchedAt == null ? Phase.ASKED : Phase.STARTING;
  }

  /** How far a task is. */
  public enum Phase {
    ASKED,
    STARTING,
    WORKING,
    DRAINING,
    ENDED
  }
}
