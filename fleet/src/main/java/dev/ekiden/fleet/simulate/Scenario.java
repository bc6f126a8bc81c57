package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.Times;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is simulated.
 *
 * @param seed the same gives the same, whatever the machine
 * @param length how long jobs arrive; the simulation goes on until the last one has ended
 * @param goal what counts as missed
 * @param limit most jobs that a limit lets run at once, null without one
 * @param jobs what arrives; empty if {@code history} is given
 * @param history recorded jobs, null if {@code jobs} are given
 */
public record Scenario(
    String title,
    String about,
    long seed,
    Duration length,
    Goal goal,
    @Nullable Integer limit,
    List<JobKind> jobs,
    @Nullable History history,
    Map<CapacityClass, CapacityModel> classes,
    List<Operation> operations,
    List<Claim> claims) {
  /** Longest time that jobs arrive. */
  public static final Duration MAX_LENGTH = Duration.ofDays(400);

  /** Most kinds of jobs. */
  public static final int MAX_KINDS = 100;

  /** Most operations side by side. */
  public static final int MAX_OPERATIONS = 20;

  /** Most jobs of a simulation. */
  public static final int MAX_JOBS = 10_000_000;

  public Scenario {
    jobs = List.copyOf(jobs);
    operations = List.copyOf(operations);
    claims = List.copyOf(claims);
    classes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(classes));
    Checks.range("length", length, Duration.ofMillis(1), MAX_LENGTH);
    Checks.range("number of jobs' kinds", jobs.size(), history == null ? 1 : 0, MAX_KINDS);
    Checks.range("number of fleets", operations.size(), 1, MAX_OPERATIONS);
    if (limit != null) {
      Checks.range("limit", limit, 1, 1_000_000);
    }
    double seconds = Times.seconds(length);
    double expected = jobs.stream().mapToDouble(kind -> kind.arrivals().expected(seconds)).sum();
    if (expected > MAX_JOBS) {
      throw new InvalidSettingException(
          "jobs",
          "about %,.0f jobs would arrive in %s; at most %,d can be simulated"
              .formatted(expected, Times.format(length), MAX_JOBS));
    }
  }

  /** The same with recorded jobs instead of its own. */
  public Scenario with(History recorded) {
    return new Scenario(
        title,
        about,
        seed,
        recorded.length(),
        goal,
        limit,
        List.of(),
        recorded,
        classes,
        operations,
        List.of());
  }

  /** The same with other chances. */
  public Scenario withSeed(long value) {
    return new Scenario(
        title, about, value, length, goal, limit, jobs, history, classes, operations, claims);
  }
}
