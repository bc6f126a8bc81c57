package dev.ekiden.engine;

import dev.ekiden.engine.ScheduleFiring.Reason;
import dev.ekiden.engine.SchedulePolicy.Overlap;
import java.time.Instant;
import java.util.List;

/**
 * What becomes of firings that are to run, given the job of the firing before.
 *
 * @param run those that enqueue their job now
 * @param waiting those that wait
 * @param skipped those that are dropped
 * @param reason why they are
 */
record FiringTurn(List<Instant> run, List<Instant> waiting, List<Instant> skipped, Reason reason) {

  /**
   * @param firings oldest first
   * @param busy whether a job before has not ended, or firings wait already
   * @param waiting how many wait already
   */
  static FiringTurn of(Overlap overlap, List<Instant> firings, boolean busy, long waiting) {
    int all = firings.size();
    int now = Math.min(all, busy ? 0 : 1);
    return switch (overlap) {
      case ALLOW -> new FiringTurn(firings, List.of(), List.of(), Reason.OVERLAP);
      case SKIP ->
          new FiringTurn(
              firings.subList(0, now), List.of(), firings.subList(now, all), Reason.OVERLAP);
      case BUFFER -> {
        long room = Math.max(0, SchedulePolicy.MAX_BUFFERED - waiting);
        int end = (int) Math.min(all, now + room);
        yield new FiringTurn(
            firings.subList(0, now),
            firings.subList(now, end),
            firings.subList(end, all),
            Reason.BUFFER_FULL);
      }
    };
  }
}
