package dev.ekiden.fleet.simulate;

/** A worker of a simulation. */
final class SimulatedWorker {
  /** Where a worker is in its life. */
  enum Phase {
    STARTING,
    /** Takes jobs. */
    READY,
    /** Finishes what it has. */
    DRAINING,
    ENDED
  }

  final int capacity;
  final long billedFrom;
  final int[] jobs;
  final int[] tokens;
  Phase phase = Phase.STARTING;
  int busy;
  boolean offered;

  /**
   * @param capacity the number of its class
   * @param billedFrom when its bill begins
   */
  SimulatedWorker(int capacity, int slots, long billedFrom) {
    this.capacity = capacity;
    this.billedFrom = billedFrom;
    this.jobs = new int[slots];
    this.tokens = new int[slots];
    java.util.Arrays.fill(jobs, -1);
  }

  boolean isFree() {
    return phase == Phase.READY && busy < jobs.length;
  }

  /** Takes a job; the slot it takes it in. */
  int take(int job) {
    for (int slot = 0; slot < jobs.length; slot++) {
      if (jobs[slot] < 0) {
        jobs[slot] = job;
        busy++;
        return slot;
      }
    }
    throw new IllegalStateException("no free slot");
  }

  /** Lets go of the job in a slot; what was to happen to it there no longer matters. */
  int release(int slot) {
    int job = jobs[slot];
    jobs[slot] = -1;
    tokens[slot]++;
    busy--;
    return job;
  }
}
