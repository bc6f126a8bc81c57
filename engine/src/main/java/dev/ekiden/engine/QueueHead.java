package dev.ekiden.engine;

import dev.ekiden.engine.Explanation.Reason;
import java.util.List;

/**
 * The jobs of a queue that go next, as far as they wait, and why each has not started yet.
 *
 * @param jobs in the order in which they would start if nothing but the order mattered: by
 *     priority, then by id. Shares of groups may change it.
 * @param more whether there are more behind them
 */
public record QueueHead(List<Waiting> jobs, boolean more) {
  /** Most jobs of an answer. */
  public static final int MAX_JOBS = 100;

  public QueueHead {
    jobs = List.copyOf(jobs);
  }

  /** One job and the reasons, the deciding one first. */
  public record Waiting(Job job, List<Reason> reasons) {
    public Waiting {
      reasons = List.copyOf(reasons);
    }
  }
}
