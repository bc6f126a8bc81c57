package dev.ekiden.engine;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much of something may run at once, or start in a time. Exact over all workers: a claimed job
 * counts from its claim to its stored end, whether it has started or not.
 *
 * @param scope what is limited
 * @param running most jobs that run at once, 0 (none) and up; null for no limit
 * @param vcpus most that the vCPUs of running jobs may sum up to; null for no limit
 * @param rate most starts in a time; null for no limit
 */
public record Limit(
    Scope scope, @Nullable Integer running, @Nullable Double vcpus, @Nullable Rate rate) {
  /** Most jobs, or vCPUs, a limit may name. */
  public static final int MAX_RUNNING = 1_000_000;

  /** What is limited. */
  public sealed interface Scope {
    /** All jobs of all queues. */
    record Everything() implements Scope {}

    /** The jobs of a queue. */
    record Queue(String queue) implements Scope {
      public Queue {
        JobDefinition.checkName("queue", queue);
      }
    }

    /** The jobs of a definition. */
    record Definition(String definition) implements Scope {
      public Definition {
        JobDefinition.checkName("definition", definition);
      }
    }

    /** The jobs of a group, in all queues. */
    record OfGroup(String group) implements Scope {
      public OfGroup {
        Group.check(group);
      }
    }

    /** The jobs of each group that has no limit of its own. */
    record EachGroup() implements Scope {}

    /** The jobs of each SERIAL and LIMIT key of a queue; only a rate can be set. */
    record EachKey(String queue) implements Scope {
      public EachKey {
        JobDefinition.checkName("queue", queue);
      }
    }
  }

  /**
   * Starts in a time: never more than {@code starts} in any {@code period}, wherever it begins, to
   * a thousandth of the period.
   *
   * @param starts 1 to {@value #MAX_RUNNING}
   * @param period 1 ms to 1 day
   */
  public record Rate(int starts, Duration period) {
    /** Longest period. */
    public static final Duration MAX_PERIOD = Duration.ofDays(1);

    public Rate {
      if (starts < 1 || starts > MAX_RUNNING) {
        throw invalid("a rate must be 1 to %d starts, not %d".formatted(MAX_RUNNING, starts));
      }
      if (period.toMillis() < 1 || period.compareTo(MAX_PERIOD) > 0) {
        throw invalid("the period of a rate must be 1 ms to 1 day, not " + period);
      }
    }
  }

  public Limit {
    Objects.requireNonNull(scope, "scope");
    if (running == null && vcpus == null && rate == null) {
      throw invalid("a limit must limit something: running jobs, vCPUs or a rate");
    }
    if (running != null && (running < 0 || running > MAX_RUNNING)) {
      throw invalid("running must be 0 to %d, not %d".formatted(MAX_RUNNING, running));
    }
    if (vcpus != null && !(vcpus >= 0 && vcpus <= MAX_RUNNING)) {
      throw invalid("vcpus must be 0 to %d, not %s".formatted(MAX_RUNNING, vcpus));
    }
    if (scope instanceof Scope.EachKey && (running != null || vcpus != null)) {
      throw invalid(
          "only a rate can be set for each key; how many of a key run is said by the key itself");
    }
  }

  /** At most so many jobs at once. */
  public static Limit running(Scope scope, int jobs) {
    return new Limit(scope, jobs, null, null);
  }

  /** At most so many vCPUs at once. */
  public static Limit vcpus(Scope scope, double vcpus) {
    return new Limit(scope, null, vcpus, null);
  }

  /** At most so many starts in any period. */
  public static Limit rate(Scope scope, int starts, Duration period) {
    return new Limit(scope, null, null, new Rate(starts, period));
  }

  /** The same limit with a bound on the running jobs too. */
  public Limit andRunning(int jobs) {
    return new Limit(scope, jobs, vcpus, rate);
  }

  /** The same limit with a bound on the running vCPUs too. */
  public Limit andVcpus(double value) {
    return new Limit(scope, running, value, rate);
  }

  /** The same limit with a bound on the starts too. */
  public Limit andRate(int starts, Duration period) {
    return new Limit(scope, running, vcpus, new Rate(starts, period));
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException(ErrorCode.INVALID_LIMIT, message);
  }
}
