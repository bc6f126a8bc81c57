package dev.ekiden.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What jobs of one kind have in common: name, payload type, queue and how they are run. Immutable.
 *
 * <p>A definition without a handler can be enqueued but not run by this process.
 *
 * <pre>{@code
 * record Greeting(String name) {}
 *
 * JobDefinition<Greeting> greet =
 *     JobDefinition.named("greet", Greeting.class)
 *         .queue("greetings")
 *         .handler((greeting, context) -> "Hello, " + greeting.name());
 * }</pre>
 *
 * @param <P> the payload, any type that Jackson can write and read; a record is best
 */
public final class JobDefinition<P> {
  /** Lowest and highest priority; higher runs first. */
  public static final int MIN_PRIORITY = 0;

  /** See {@link #MIN_PRIORITY}. */
  public static final int MAX_PRIORITY = 9;

  /** Priority of a job that asks for none. */
  public static final int DEFAULT_PRIORITY = 5;

  /** Most jobs one call of a batch handler may get. */
  public static final int MAX_BATCH = 1_000;

  /** Longest timeout of a definition that has one. */
  public static final Duration MAX_TIMEOUT = Duration.ofDays(365);

  /** Fewest vCPUs a job may take. */
  public static final double MIN_VCPUS = 0.001;

  /** Most vCPUs a job may take. */
  public static final double MAX_VCPUS = 1_024;

  /** Names of definitions, queues and schedules. */
  static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");

  private final String name;
  private final Class<P> payloadType;
  private final String queue;
  private final int priority;
  private final RetryPolicy retryPolicy;
  private final @Nullable Duration timeout;
  private final @Nullable JobHandler<P> handler;
  private final @Nullable BatchHandler<P> batchHandler;
  private final int maxBatch;
  private final double vcpus;
  private final boolean takenOver;

  private JobDefinition(Builder<P> builder) {
    name = builder.name;
    payloadType = builder.payloadType;
    queue = builder.queue;
    priority = builder.priority;
    retryPolicy = builder.retryPolicy;
    timeout = builder.timeout;
    handler = builder.handler;
    batchHandler = builder.batchHandler;
    maxBatch = builder.maxBatch;
    vcpus = builder.vcpus;
    takenOver = builder.takenOver;
  }

  /** Starts a definition; its queue is called like the definition unless said otherwise. */
  public static <P> Builder<P> named(String name, Class<P> payloadType) {
    return new Builder<>(checkName("definition", name), payloadType);
  }

  /** A request for one job of this definition. */
  public JobRequest request(P payload) {
    return JobRequest.of(this, payload);
  }

  public String name() {
    return name;
  }

  public Class<P> payloadType() {
    return payloadType;
  }

  public String queue() {
    return queue;
  }

  public int priority() {
    return priority;
  }

  public RetryPolicy retryPolicy() {
    return retryPolicy;
  }

  /** Longest run of one attempt, from the start of its handler; null for no limit. */
  public @Nullable Duration timeout() {
    return timeout;
  }

  /** vCPUs a job takes while it runs, counted against limits; 1 by default. */
  public double vcpus() {
    return vcpus;
  }

  /** See {@link Builder#takenOver}. */
  public boolean isTakenOver() {
    return takenOver;
  }

  /** Whether this process can run it. */
  public boolean isRunnable() {
    return handler != null || batchHandler != null;
  }

  /** Most jobs that one call of the handler gets; 1 unless it is a batch handler. */
  public int maxBatch() {
    return maxBatch;
  }

  @Nullable JobHandler<P> handler() {
    return handler;
  }

  @Nullable BatchHandler<P> batchHandler() {
    return batchHandler;
  }

  static String checkName(String what, String name) {
    Objects.requireNonNull(name, what);
    if (!NAME.matcher(name).matches()) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_NAME,
          "the name of a %s must be 1 to 100 of a-z 0-9 . _ - and start with a letter or digit, not '%s'"
              .formatted(what, name));
    }
    return name;
  }

  static int checkPriority(int priority) {
    if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_PRIORITY,
          "priority must be %d (last) to %d (first), not %d"
              .formatted(MIN_PRIORITY, MAX_PRIORITY, priority));
    }
    return priority;
  }

  /** Collects the settings of a definition. Not thread-safe. */
  public static final class Builder<P> {
    private final String name;
    private final Class<P> payloadType;
    private String queue;
    private int priority = DEFAULT_PRIORITY;
    private RetryPolicy retryPolicy = RetryPolicy.DEFAULT;
    private @Nullable Duration timeout;
    private @Nullable JobHandler<P> handler;
    private @Nullable BatchHandler<P> batchHandler;
    private int maxBatch = 1;
    private double vcpus = 1;
    private boolean takenOver;

    private Builder(String name, Class<P> payloadType) {
      this.name = name;
      this.payloadType = Objects.requireNonNull(payloadType, "payloadType");
      this.queue = name;
    }

    public Builder<P> queue(String queue) {
      this.queue = checkName("queue", queue);
      return this;
    }

    /** Priority of jobs that ask for none: 0 (last) to 9 (first), 5 by default. */
    public Builder<P> priority(int priority) {
      this.priority = checkPriority(priority);
      return this;
    }

    public Builder<P> retry(RetryPolicy retryPolicy) {
      this.retryPolicy = Objects.requireNonNull(retryPolicy, "retryPolicy");
      return this;
    }

    /**
     * Longest run of one attempt; the handler's thread is then interrupted. No limit by default.
     */
    public Builder<P> timeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_OPTION,
            "timeout must be positive and at most %d days, not %s"
                .formatted(MAX_TIMEOUT.toDays(), timeout));
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * vCPUs a job takes while it runs, as limits count them: {@value #MIN_VCPUS} to {@value
     * #MAX_VCPUS}, in thousandths; 1 by default.
     */
    public Builder<P> vcpus(double vcpus) {
      if (!(vcpus >= MIN_VCPUS && vcpus <= MAX_VCPUS)) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_OPTION,
            "vcpus must be %s to %s, not %s".formatted(MIN_VCPUS, MAX_VCPUS, vcpus));
      }
      this.vcpus = vcpus;
      return this;
    }

    /**
     * Says that what the handler has started goes on when its worker dies, such as a program of its
     * own, and that the handler of the next attempt takes it over. So an attempt that ends with its
     * worker is no loss: the job goes to any other worker at once, need not run alone, and may lose
     * its worker as often as it likes. Not for handlers that do the work themselves: such a job
     * could end one worker after the other.
     */
    public Builder<P> takenOver() {
      this.takenOver = true;
      return this;
    }

    /** Ends the definition with a handler that gets one job a call. */
    public JobDefinition<P> handler(JobHandler<P> handler) {
      this.handler = Objects.requireNonNull(handler, "handler");
      return new JobDefinition<>(this);
    }

    /** Ends the definition with a handler that gets up to {@code maxBatch} jobs a call. */
    public JobDefinition<P> batchHandler(int maxBatch, BatchHandler<P> handler) {
      if (maxBatch < 1 || maxBatch > MAX_BATCH) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_OPTION, "a batch must be 1 to " + MAX_BATCH + ", not " + maxBatch);
      }
      this.maxBatch = maxBatch;
      this.batchHandler = Objects.requireNonNull(handler, "handler");
      return new JobDefinition<>(this);
    }

    /** Ends the definition without a handler: this process enqueues, others run. */
    public JobDefinition<P> enqueueOnly() {
      return new JobDefinition<>(this);
    }
  }
}
