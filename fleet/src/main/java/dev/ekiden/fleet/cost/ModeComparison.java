package dev.ekiden.fleet.cost;

import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.Times;
import java.time.Duration;
import java.util.List;

/**
 * Prices the same runs under each {@link Mode}. No queueing: every run starts when it is asked for,
 * or after the start-up of its mode; for what a fleet of changing size does, simulate it.
 *
 * @param size what a run needs
 * @param largest what a worker of {@link Mode#ALWAYS_MAX} has
 * @param task the price of workers and tasks
 * @param function the price of functions
 * @param startUp of a cold task
 * @param functionMemoryMib what a function is given to be as fast; 1,769 MB have one vCPU
 * @param functionStartUp of a function that has to be initialised, which is reckoned for each call:
 *     the upper bound
 * @param warm tasks kept waiting
 */
public record ModeComparison(
    Size size,
    Size largest,
    Price task,
    Price function,
    StartUp startUp,
    int functionMemoryMib,
    Duration functionStartUp,
    int warm) {
  /** Memory of a function that has one whole vCPU. */
  public static final int FUNCTION_MIB_PER_VCPU = 1_769;

  /** Most tasks kept waiting. */
  public static final int MAX_WARM = 10_000;

  /**
   * What a mode costs.
   *
   * @param billed time, all workers together
   * @param worked of it
   * @param startUp what each run waits for
   */
  public record ModeCost(
      Mode mode, Money cost, Duration billed, Duration worked, Duration startUp, int workers) {
    /** The part of the billed time that nothing ran. */
    public double idle() {
      return billed.isZero() ? 0 : 1 - Times.seconds(worked) / Times.seconds(billed);
    }
  }

  public ModeComparison {
    Checks.range("warm", warm, 0, MAX_WARM);
    Checks.range("function memory", functionMemoryMib, 128, 10_240);
  }

  /**
   * The costs, one for each mode in the order of {@link Mode}.
   *
   * @param period over which the runs were recorded; resident workers are paid for all of it
   */
  public List<ModeCost> compare(List<Run> runs, Duration period) {
    int peak = Concurrency.peak(runs);
    Duration worked = runs.stream().map(Run::runTime).reduce(Duration.ZERO, Duration::plus);
    return java.util.Arrays.stream(Mode.values())
        .map(mode -> cost(mode, runs, period, peak, worked))
        .toList();
  }

  private ModeCost cost(Mode mode, List<Run> runs, Duration period, int peak, Duration worked) {
    return switch (mode) {
      case RESIDENT -> always(mode, size, peak, period, worked);
      case ALWAYS_MAX -> always(mode, largest, peak, period, worked);
      case COLD -> {
        Billed billed = billed(task, runs, startUp.billed(task.from()));
        yield new ModeCost(
            mode, billed.cost(task, size), billed.time(), worked, startUp.total(), 0);
      }
      case WARM -> {
        // A task that waits is replaced by the next as soon as it is taken.
        Billed each = billed(task, runs, startUp.billed(task.from()));
        Billed all = each.plus(task.billedMillis(period.toMillis()) * warm, warm);
        yield new ModeCost(mode, all.cost(task, size), all.time(), worked, Duration.ZERO, warm);
      }
      case FUNCTION -> {
        Billed billed = billed(function, runs, functionStartUp);
        Size memory = new Size(size.milliVcpus(), functionMemoryMib);
        yield new ModeCost(
            mode, billed.cost(function, memory), billed.time(), worked, functionStartUp, 0);
      }
    };
  }

  private ModeCost always(Mode mode, Size each, int workers, Duration period, Duration worked) {
    Billed billed = new Billed(task.billedMillis(period.toMillis()) * workers, workers);
    return new ModeCost(
        mode, billed.cost(task, each), billed.time(), worked, Duration.ZERO, workers);
  }

  private static Billed billed(Price price, List<Run> runs, Duration before) {
    long millis = 0;
    for (Run run : runs) {
      millis += price.billed(run.runTime().plus(before)).toMillis();
    }
    return new Billed(millis, runs.size());
  }

  private record Billed(long millis, long starts) {
    Billed plus(long moreMillis, long moreStarts) {
      return new Billed(millis + moreMillis, starts + moreStarts);
    }

    Money cost(Price price, Size each) {
      return price.cost(each, millis, starts);
    }

    Duration time() {
      return Duration.ofMillis(millis);
    }
  }
}
