package dev.ekiden.engine;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a worker serves and how much at once.
 *
 * @param name shown in listings; need not be unique
 * @param queues what it serves, in order of preference
 * @param choice how it chooses among them
 * @param concurrency handlers that run at once, 1 to {@value #MAX_CONCURRENCY}
 * @param maxPrefetch most jobs claimed ahead of a free place, 0 to {@value #MAX_PREFETCH}; within
 *     it the worker claims what it will start within about a second by measured run time
 * @param pollInterval longest time an idle worker goes without looking, when no wake-up reaches it
 */
public record WorkerOptions(
    String name,
    List<Share> queues,
    Choice choice,
    int concurrency,
    int maxPrefetch,
    Duration pollInterval) {

  /** Most handlers a worker runs at once. */
  public static final int MAX_CONCURRENCY = 10_000;

  /** Most jobs a worker may hold unstarted. */
  public static final int MAX_PREFETCH = 10_000;

  /** Handlers at once unless said otherwise. */
  public static final int DEFAULT_CONCURRENCY = 16;

  /** Jobs claimed ahead unless said otherwise. */
  public static final int DEFAULT_PREFETCH = 1_000;

  /** Look at least this often unless said otherwise. */
  public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(1);

  /** How a worker chooses among its queues. */
  public enum Choice {
    /** A later queue gets a turn only when the earlier ones have nothing to claim. */
    STRICT,
    /** Each queue that has jobs gets places in proportion to its weight. */
    WEIGHTED
  }

  /**
   * A queue that is served.
   *
   * @param weight 1 to 1000; counts only under {@link Choice#WEIGHTED}
   */
  public record Share(String queue, int weight) {
    public Share {
      JobDefinition.checkName("queue", queue);
      require(weight >= 1 && weight <= 1_000, "the weight of a queue must be 1 to 1000");
    }
  }

  public WorkerOptions {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(choice, "choice");
    queues = List.copyOf(queues);
    require(!queues.isEmpty(), "a worker must serve at least one queue");
    Set<String> names = new HashSet<>();
    for (Share share : queues) {
      require(names.add(share.queue()), "queue '" + share.queue() + "' is listed twice");
    }
    require(
        concurrency >= 1 && concurrency <= MAX_CONCURRENCY,
        "concurrency must be 1 to " + MAX_CONCURRENCY + ", not " + concurrency);
    require(
        maxPrefetch >= 0 && maxPrefetch <= MAX_PREFETCH,
        "maxPrefetch must be 0 to " + MAX_PREFETCH + ", not " + maxPrefetch);
    require(
        pollInterval.toMillis() >= 1 && pollInterval.compareTo(Duration.ofMinutes(1)) <= 0,
        "pollInterval must be 1 ms to 1 minute, not " + pollInterval);
  }

  /** A worker that serves queues strictly in order, with the default sizes. */
  public static WorkerOptions of(String... queues) {
    return new WorkerOptions(
        "worker",
        List.of(queues).stream().map(queue -> new Share(queue, 1)).toList(),
        Choice.STRICT,
        DEFAULT_CONCURRENCY,
        DEFAULT_PREFETCH,
        DEFAULT_POLL_INTERVAL);
  }

  /** A worker that serves queues in proportion to their weights, with the default sizes. */
  public static WorkerOptions weighted(Share... queues) {
    return new WorkerOptions(
        "worker",
        List.of(queues),
        Choice.WEIGHTED,
        DEFAULT_CONCURRENCY,
        DEFAULT_PREFETCH,
        DEFAULT_POLL_INTERVAL);
  }

  public WorkerOptions withName(String value) {
    return new WorkerOptions(value, queues, choice, concurrency, maxPrefetch, pollInterval);
  }

  public WorkerOptions withConcurrency(int value) {
    return new WorkerOptions(name, queues, choice, value, maxPrefetch, pollInterval);
  }

  public WorkerOptions withMaxPrefetch(int value) {
    return new WorkerOptions(name, queues, choice, concurrency, value, pollInterval);
  }

  public WorkerOptions withPollInterval(Duration value) {
    return new WorkerOptions(name, queues, choice, concurrency, maxPrefetch, value);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new InvalidRequestException(ErrorCode.INVALID_OPTION, otherwise);
    }
  }
}
