package dev.ekiden.fleet.control;

import dev.ekiden.launch.Task;
import java.time.Duration;

/** Says what is launched to have a worker: a program that serves the queues under the task's id. */
@FunctionalInterface
public interface WorkerProgram {
  /** The label of every task of a fleet; its value is the name of the fleet. */
  String FLEET_LABEL = "fleet";

  /**
   * How much longer a launcher waits than the worker's own grace before it kills: handlers that
   * ignore their interrupt, and ends to be stored, take their time.
   */
  Duration KILL_AFTER_GRACE = Duration.ofSeconds(15);

  /**
   * The task of a worker. It must carry the {@link #FLEET_LABEL}, and be the same each time it is
   * asked for: what may have been launched is launched again under its id.
   */
  Task task(FleetSpec fleet, FleetTask task);
}
