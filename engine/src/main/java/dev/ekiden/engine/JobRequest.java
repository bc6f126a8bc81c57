package dev.ekiden.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One job to enqueue. Immutable; each {@code with} returns a copy.
 *
 * @param definition name of the job definition
 * @param payload any object Jackson can write, or null; see {@link Engine#MAX_PAYLOAD_BYTES}
 * @param priority 0 to 9, or null for the definition's
 * @param key what it shares with other jobs of its queue, or null
 * @param group the tenant it belongs to, for fair sharing and limits, or null; see {@link Group}
 * @param start when it may run
 * @param startBefore when it is too late to start it, or null for never
 * @param lateness what becomes of it then
 * @param dependencies the jobs it waits for, or null; not with a COALESCE key
 */
public record JobRequest(
    String definition,
    @Nullable Object payload,
    @Nullable Integer priority,
    @Nullable Key key,
    @Nullable String group,
    Start start,
    @Nullable Instant startBefore,
    Lateness lateness,
    @Nullable Dependencies dependencies) {

  /** What becomes of a job that no worker could start in time. */
  public enum Lateness {
    /** It is CANCELED with the error type {@code deadline}, without having run. */
    DROP,
    /** It runs; {@link Engine#explain} tells that it is late. */
    RUN
  }

  /** When a job may run. */
  public sealed interface Start {
    /** As soon as a worker is free. */
    record Now() implements Start {}

    /** After a delay by the database's clock. */
    record After(Duration delay) implements Start {
      public After {
        if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
          throw new InvalidRequestException(
              ErrorCode.INVALID_TIME,
              "a delay must be 0 to " + MAX_DELAY.toDays() + " days, not " + delay);
        }
      }
    }

    /** At an instant by the database's clock; one that has passed means now. */
    record At(Instant time) implements Start {
      public At {
        checkTime(time);
      }
    }
  }

  /** Longest delay of a job. */
  public static final Duration MAX_DELAY = Duration.ofDays(3_650);

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
  private static final Start NOW = new Start.Now();

  public JobRequest {
    JobDefinition.checkName("definition", definition);
    if (priority != null) {
      JobDefinition.checkPriority(priority);
    }
    if (group != null) {
      Group.check(group);
    }
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(lateness, "lateness");
    if (startBefore != null) {
      checkTime(startBefore);
    }
    if (dependencies != null && key instanceof Key.Coalesce) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_KEY,
          "a job with a COALESCE key cannot wait for other jobs: it runs as one with the others of"
              + " its key");
    }
  }

  /** One that it is never too late to start. */
  public JobRequest(
      String definition,
      @Nullable Object payload,
      @Nullable Integer priority,
      @Nullable Key key,
      @Nullable String group,
      Start start) {
    this(definition, payload, priority, key, group, start, null, Lateness.DROP, null);
  }

  static Instant checkTime(Instant time) {
    Objects.requireNonNull(time, "time");
    if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_TIME,
          "a time must lie between " + Instant.EPOCH + " and " + LATEST + ", not " + time);
    }
    return time;
  }

  /** A request for a job of a definition known by name only. */
  public static JobRequest of(String definition, @Nullable Object payload) {
    return new JobRequest(definition, payload, null, null, null, NOW);
  }

  static JobRequest of(JobDefinition<?> definition, @Nullable Object payload) {
    return of(definition.name(), payload);
  }

  JobRequest withPayload(@Nullable Object value) {
    return new JobRequest(
        definition, value, priority, key, group, start, startBefore, lateness, dependencies);
  }

  public JobRequest withPriority(int value) {
    return new JobRequest(
        definition, payload, value, key, group, start, startBefore, lateness, dependencies);
  }

  public JobRequest withKey(Key value) {
    return new JobRequest(
        definition, payload, priority, value, group, start, startBefore, lateness, dependencies);
  }

  /** The tenant it belongs to; see {@link Group}. */
  public JobRequest withGroup(String value) {
    return new JobRequest(
        definition, payload, priority, key, value, start, startBefore, lateness, dependencies);
  }

  public JobRequest withDelay(Duration delay) {
    return new JobRequest(
        definition,
        payload,
        priority,
        key,
        group,
        new Start.After(delay),
        startBefore,
        lateness,
        dependencies);
  }

  public JobRequest startingAt(Instant time) {
    return new JobRequest(
        definition,
        payload,
        priority,
        key,
        group,
        new Start.At(time),
        startBefore,
        lateness,
        dependencies);
  }

  /**
   * Drops the job if no worker has claimed it by then, at whatever attempt: it ends CANCELED with
   * the error type {@code deadline}. Jobs of a COALESCE key that run as one are dropped when it is
   * too late for all of them. Who retries a dropped job runs it without a deadline.
   */
  public JobRequest startBefore(Instant time) {
    return startBefore(time, Lateness.DROP);
  }

  /** {@link #startBefore(Instant)} with a choice of what happens then. */
  public JobRequest startBefore(Instant time, Lateness value) {
    Objects.requireNonNull(time, "time");
    return new JobRequest(
        definition, payload, priority, key, group, start, time, value, dependencies);
  }

  /** Waits for the success of all these jobs. */
  public JobRequest after(long... ids) {
    return after(Dependencies.all(ids));
  }

  /** Waits for other jobs; enqueueing fails if there is no such job. */
  public JobRequest after(Dependencies value) {
    return new JobRequest(
        definition, payload, priority, key, group, start, startBefore, lateness, value);
  }
}
