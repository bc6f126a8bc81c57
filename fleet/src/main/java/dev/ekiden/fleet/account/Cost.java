package dev.ekiden.fleet.account;

import dev.ekiden.fleet.cost.Money;

/**
 * What something cost, and what for.
 *
 * @param attempts that ended, and those that run
 * @param runNanos how long handlers ran
 * @param workerNanos how long workers were there
 * @param work for the time in which handlers ran, by what they took of their workers
 * @param idle for the time in which workers had nothing to do, as far as that is told apart here
 * @param startUp for what is billed beyond a worker's time: start-up, minimum, whole steps, tasks
 *     that never became workers
 */
public record Cost(
    long attempts, long runNanos, long workerNanos, Money work, Money idle, Money startUp) {
  /** Nothing. */
  public static final Cost ZERO = new Cost(0, 0, 0, Money.ZERO, Money.ZERO, Money.ZERO);

  public Cost plus(Cost other) {
    return new Cost(
        attempts + other.attempts,
        runNanos + other.runNanos,
        workerNanos + other.workerNanos,
        work.plus(other.work),
        idle.plus(other.idle),
        startUp.plus(other.startUp));
  }

  /** All of it. */
  public Money total() {
    return work.plus(idle).plus(startUp);
  }
}
