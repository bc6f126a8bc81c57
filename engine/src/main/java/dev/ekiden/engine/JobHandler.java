package dev.ekiden.engine;

import org.jspecify.annotations.Nullable;

/**
 * Does the work of one job. Called on a virtual thread of its own; may block. Delivery is at least
 * once, so the work must bear being repeated. The thread is interrupted on cancel, on timeout, and
 * when the worker's drain runs out of time.
 */
@FunctionalInterface
public interface JobHandler<P> {
  /**
   * Does the work.
   *
   * @return the result to keep with the job, written as JSON of at most {@link
   *     Engine#MAX_RESULT_BYTES}, or null for none
   * @throws Exception to fail the attempt; {@link JobFailure} steers what happens next
   */
  @Nullable Object run(P payload, JobContext context) throws Exception;
}
