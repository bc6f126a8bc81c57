package dev.ekiden.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What to do about one kind of failure; the first rule of a {@link RetryPolicy} that matches
 * decides. Immutable.
 *
 * <pre>{@code
 * RetryPolicy.attempts(3).withRules(
 *     RetryRule.on(IOException.class).retry(Backoff.fixed(Duration.ofSeconds(5))),
 *     RetryRule.onTimeout().fail(),
 *     RetryRule.onRetryAfter().retryUncounted());
 * }</pre>
 *
 * <p>A {@link JobFailure#permanent} is never retried, whatever the rules say. Attempts that ended
 * because their worker was lost or drained are no failures, so no rule sees them.
 *
 * @param match the failures it is for
 * @param action what to do about them
 */
public record RetryRule(Match match, Action action) {

  /** The failures a rule is for. */
  public sealed interface Match {
    /**
     * The handler threw an exception of this class, or of one that extends or implements it. Its
     * causes are not looked at.
     *
     * @param type the full name of the class
     */
    record ExceptionType(String type) implements Match {
      public ExceptionType {
        Objects.requireNonNull(type, "type");
        if (type.length() > MAX_TYPE_LENGTH || !TYPE.matcher(type).matches()) {
          throw RetryPolicy.invalid(
              "a rule's type must be the full name of a class of at most %d characters, not '%s'"
                  .formatted(MAX_TYPE_LENGTH, type));
        }
      }
    }

    /** The attempt ran longer than its definition's timeout. */
    record Timeout() implements Match {}

    /** The handler ran out of memory. */
    record OutOfMemory() implements Match {}

    /** The handler asked for a delay with {@link JobFailure#retryAfter}. */
    record RetryAfter() implements Match {}
  }

  /** What to do about a failure. */
  public sealed interface Action {
    /** The job is FAILED now. */
    record Fail() implements Action {}

    /**
     * The job is tried again after a rest; a delay asked for by {@link JobFailure#retryAfter} goes
     * before the rule's.
     *
     * @param backoff how long it rests, or null for as long as the policy says
     * @param counted whether it counts as a failure, so that the job is FAILED after the policy's
     *     number of them; one that does not count is retried up to attempt {@link
     *     RetryPolicy#MAX_ATTEMPTS}
     */
    record Retry(@Nullable Backoff backoff, boolean counted) implements Action {}
  }

  /** Longest name of an exception's class. */
  public static final int MAX_TYPE_LENGTH = 500;

  private static final Pattern TYPE =
      Pattern.compile(
          "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
              + "(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");

  public RetryRule {
    Objects.requireNonNull(match, "match");
    Objects.requireNonNull(action, "action");
  }

  /** Begins a rule for exceptions of a class and those that extend it. */
  public static Start on(Class<? extends Throwable> type) {
    return on(type.getName());
  }

  /** Begins a rule for exceptions of a class that need not be here, by its full name. */
  public static Start on(String type) {
    return new Start(new Match.ExceptionType(type));
  }

  /** Begins a rule for attempts that ran longer than their timeout. */
  public static Start onTimeout() {
    return new Start(new Match.Timeout());
  }

  /** Begins a rule for handlers that ran out of memory. */
  public static Start onOutOfMemory() {
    return new Start(new Match.OutOfMemory());
  }

  /** Begins a rule for handlers that asked for a delay. */
  public static Start onRetryAfter() {
    return new Start(new Match.RetryAfter());
  }

  /** A rule without its action. */
  public record Start(Match match) {
    /** The job is FAILED now. */
    public RetryRule fail() {
      return new RetryRule(match, new Action.Fail());
    }

    /** The job is tried again as the policy says, whatever the rules after this one say. */
    public RetryRule retry() {
      return new RetryRule(match, new Action.Retry(null, true));
    }

    /** The job is tried again after a rest of this rule's own. */
    public RetryRule retry(Backoff backoff) {
      return new RetryRule(match, new Action.Retry(backoff, true));
    }

    /** The job is tried again as the policy says, and its failures stay as they are. */
    public RetryRule retryUncounted() {
      return new RetryRule(match, new Action.Retry(null, false));
    }

    /** The job is tried again after a rest of this rule's own, and its failures stay. */
    public RetryRule retryUncounted(Backoff backoff) {
      return new RetryRule(match, new Action.Retry(backoff, false));
    }
  }

  /**
   * How long a job rests: {@code initialDelay × multiplier^(n-1)} before retry <i>n</i>, at most
   * {@code maxDelay}, shortened by a random part of up to {@code jitter}. The same limits as in
   * {@link RetryPolicy}.
   */
  public record Backoff(
      Duration initialDelay, double multiplier, Duration maxDelay, double jitter) {
    public Backoff {
      RetryPolicy.checkDelays(initialDelay, multiplier, maxDelay, jitter);
    }

    /** The same rest each time. */
    public static Backoff fixed(Duration delay) {
      return new Backoff(delay, 1, delay, 0);
    }

    /** A rest that doubles up to a longest one, each up to a fifth shorter. */
    public static Backoff doubling(Duration initialDelay, Duration maxDelay) {
      return new Backoff(initialDelay, 2, maxDelay, 0.2);
    }

    Duration delayAfter(int failures) {
      return RetryPolicy.delay(initialDelay, multiplier, maxDelay, jitter, failures);
    }
  }

  boolean matches(Throwable cause, boolean timedOut) {
    return switch (match) {
      case Match.Timeout timeout -> timedOut;
      // What a handler throws when it is stopped says nothing about it.
      case Match.ExceptionType exception -> !timedOut && isA(cause.getClass(), exception.type());
      case Match.OutOfMemory outOfMemory -> !timedOut && cause instanceof OutOfMemoryError;
      case Match.RetryAfter retryAfter ->
          !timedOut && cause instanceof JobFailure own && own.retryAfter() != null;
    };
  }

  /** By name, because a rule may speak of a class that another loader has or nobody. */
  private static boolean isA(Class<?> type, String name) {
    Deque<Class<?>> open = new ArrayDeque<>();
    Set<Class<?>> seen = new HashSet<>();
    open.add(type);
    while (!open.isEmpty()) {
      Class<?> next = open.removeFirst();
      if (next.getName().equals(name)) {
        return true;
      }
      if (next.getSuperclass() != null && seen.add(next.getSuperclass())) {
        open.add(next.getSuperclass());
      }
      for (Class<?> one : next.getInterfaces()) {
        if (seen.add(one)) {
          open.add(one);
        }
      }
    }
    return false;
  }
}
