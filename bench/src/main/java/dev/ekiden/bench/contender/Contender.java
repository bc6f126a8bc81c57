package dev.ekiden.bench.contender;

import java.util.Map;

/**
 * A job engine in a process of its own, working on an empty database. Not thread-safe. What it does
 * not know how to do is an {@link UnsupportedOperationException}.
 */
public interface Contender extends AutoCloseable {
  /** Adds trivial jobs while no worker runs. */
  void preload(int jobs) throws Exception;

  /** Adds the trivial jobs that are measured, after what its workload puts before them. */
  default void preloadMeasured(int jobs) throws Exception {
    preload(jobs);
  }

  /**
   * Starts a worker on the preloaded jobs, and stops it when they have ended.
   *
   * @return seconds from the start of the worker until the engine's own tables showed the last job
   *     as finished; the stop is not counted
   */
  double drain(int jobs) throws Exception;

  /** Starts a worker and leaves it running. */
  default void start() throws Exception {
    throw new UnsupportedOperationException("start");
  }

  /** How many jobs have ended since {@link #start}. */
  default long ended() {
    throw new UnsupportedOperationException("ended");
  }

  /**
   * When the handlers of probes started, by the number in the payload, on this machine's monotonic
   * clock.
   */
  default Map<Integer, Long> probeStartNanos() {
    throw new UnsupportedOperationException("probeStartNanos");
  }

  /** Reads every job that was preloaded by its id; answers how many were found finished. */
  default long find() throws Exception {
    throw new UnsupportedOperationException("find");
  }

  @Override
  void close();
}
