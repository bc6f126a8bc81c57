package dev.ekiden.fleet;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** By which rule the number of workers follows the demand. */
public sealed interface ScalingPolicy {

  /**
   * Always as many.
   *
   * @param workers 0 to {@link FleetSettings#MAX_WORKERS}
   */
  record Fixed(int workers) implements ScalingPolicy {
    public Fixed {
      Checks.range("fixed", workers, 0, FleetSettings.MAX_WORKERS);
    }

    @Override
    public String toString() {
      return "fixed " + workers;
    }
  }

  /**
   * A table from the number of waiting jobs to the number of workers.
   *
   * @param steps at least one and at most {@value #MAX_STEPS}; the first from 0, each later one
   *     from more jobs and for no fewer workers
   */
  record Steps(List<Step> steps) implements ScalingPolicy {
    /** Most steps of a table. */
    public static final int MAX_STEPS = 100;

    /** Most waiting jobs a step may begin from. */
    public static final long MAX_WAITING = 1_000_000_000_000L;

    /**
     * The table of the calendar's talk: 1 worker below 100 waiting jobs, 2 from 100, 3 from 1,000
     * to 2,100, and so on to 5. It leaves open where 4 and 5 begin; here 2,101 and 4,201.
     */
    public static final Steps CALENDAR =
        new Steps(
            List.of(
                new Step(0, 1),
                new Step(100, 2),
                new Step(1_000, 3),
                new Step(2_101, 4),
                new Step(4_201, 5)));

    /**
     * One row of the table.
     *
     * @param from the fewest waiting jobs it holds for
     */
    public record Step(long from, int workers) {
      public Step {
        Checks.range("from", from, 0, MAX_WAITING);
        Checks.range("workers", workers, 0, FleetSettings.MAX_WORKERS);
      }
    }

    public Steps {
      steps = List.copyOf(steps);
      Checks.range("number of steps", steps.size(), 1, MAX_STEPS);
      if (steps.getFirst().from() != 0) {
        throw Checks.refuse("the first step", "from 0", "from " + steps.getFirst().from());
      }
      for (int i = 1; i < steps.size(); i++) {
        Step before = steps.get(i - 1);
        Step step = steps.get(i);
        if (step.from() <= before.from() || step.workers() < before.workers()) {
          throw new InvalidSettingException(
              "steps",
              "steps must rise, but %,d: %d comes after %,d: %d"
                  .formatted(step.from(), step.workers(), before.from(), before.workers()));
        }
      }
    }

    /** The row that holds for so many waiting jobs. */
    public Step at(long waiting) {
      Step found = steps.getFirst();
      for (Step step : steps) {
        if (step.from() <= waiting) {
          found = step;
        }
      }
      return found;
    }

    @Override
    public String toString() {
      return "steps to " + steps.getLast().workers();
    }
  }

  /**
   * As many as let a share of the jobs start within a time.
   *
   * @param percent 1 to 99.99
   * @param within 10 ms to 7 days
   */
  record Goal(BigDecimal percent, Duration within) implements ScalingPolicy {
    /** Smallest share that can be a goal. */
    public static final BigDecimal MIN_PERCENT = BigDecimal.ONE;

    /** Largest share that can be a goal: all of them is more than any fleet can promise. */
    public static final BigDecimal MAX_PERCENT = new BigDecimal("99.99");

    /** Shortest time that can be a goal. */
    public static final Duration MIN_WITHIN = Duration.ofMillis(10);

    /** Longest time that can be a goal. */
    public static final Duration MAX_WITHIN = Duration.ofDays(7);

    private static final Pattern SHAPE =
        Pattern.compile("\\s*(\\d{1,3}(?:\\.\\d{1,4})?)\\s*% start within (\\S+)\\s*");

    public Goal {
      if (percent.compareTo(MIN_PERCENT) < 0 || percent.compareTo(MAX_PERCENT) > 0) {
        throw Checks.refuse(
            "goal",
            "a share from %s%% to %s%%".formatted(MIN_PERCENT, MAX_PERCENT),
            percent.toPlainString() + "%");
      }
      Checks.range("goal", within, MIN_WITHIN, MAX_WITHIN);
      percent = percent.stripTrailingZeros();
    }

    /**
     * Reads {@code 95% start within 5s}.
     *
     * @throws InvalidSettingException saying what is allowed
     */
    public static Goal parse(String text) {
      Matcher matcher = SHAPE.matcher(text);
      if (!matcher.matches()) {
        throw Checks.refuse("goal", "like '95% start within 5s'", "'" + text + "'");
      }
      try {
        return new Goal(new BigDecimal(matcher.group(1)), Times.parse(matcher.group(2)));
      } catch (InvalidSettingException e) {
        throw e;
      } catch (IllegalArgumentException e) {
        throw new InvalidSettingException("goal", "goal: " + e.getMessage());
      }
    }

    /** The share of jobs that may start later, such as 0.05. */
    public double missable() {
      return 1 - percent.doubleValue() / 100;
    }

    @Override
    public String toString() {
      return percent.toPlainString() + "% start within " + Times.format(within);
    }
  }
}
