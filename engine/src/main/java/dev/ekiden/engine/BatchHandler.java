package dev.ekiden.engine;

import java.util.List;

/**
 * Does the work of several jobs of one definition in one call, on one virtual thread.
 *
 * <p>When it returns, jobs it did not fail have succeeded. When it throws, every job of the batch
 * that it had not failed by itself fails with that exception; each keeps its own failure count.
 */
@FunctionalInterface
public interface BatchHandler<P> {
  void run(List<BatchItem<P>> batch) throws Exception;
}
