package dev.ekiden.bench;

/**
 * How much is measured.
 *
 * @param jobs of one drain
 * @param warmUpSeconds of drains before, by the same process
 * @param rounds drains of each contender
 * @param samples pick-ups from an idle queue
 * @param steadySeconds of enqueueing and running together
 * @param history finished jobs that are kept
 */
record EngineSizes(
    int jobs, double warmUpSeconds, int rounds, int samples, int steadySeconds, int history) {

  /** The same with that part of the jobs. */
  EngineSizes share(int part) {
    return new EngineSizes(
        Math.max(1, jobs / part), warmUpSeconds, rounds, samples, steadySeconds, history);
  }
}
