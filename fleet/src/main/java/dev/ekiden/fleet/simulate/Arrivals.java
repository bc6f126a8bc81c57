package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.Times;
import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/** When jobs of a kind arrive; times are microseconds from the beginning. */
public sealed interface Arrivals {
  /** Most arrivals a second. */
  double MAX_PER_SECOND = 1e6;

  /** Says all arrivals before the end, in order. */
  void draw(RandomGenerator random, long endMicros, LongConsumer arrival);

  /** How many there will be, about. */
  double expected(double seconds);

  /** At random, as often at all times. */
  record Poisson(double perSecond) implements Arrivals {
    public Poisson {
      Checks.range("poisson", perSecond, 0, MAX_PER_SECOND);
    }

    @Override
    public void draw(RandomGenerator random, long endMicros, LongConsumer arrival) {
      if (perSecond == 0) {
        return;
      }
      double micros = 0;
      while ((micros += random.nextExponential() / perSecond * 1e6) < endMicros) {
        arrival.accept((long) micros);
      }
    }

    @Override
    public double expected(double seconds) {
      return perSecond * seconds;
    }
  }

  /**
   * At random, more by day than by night: a cosine of 24 hours.
   *
   * @param low arrivals a second at the quietest time
   * @param high arrivals a second at the busiest time
   * @param peak when that is, from midnight, which is the beginning
   */
  record Daily(double low, double high, Duration peak) implements Arrivals {
    private static final double DAY_MICROS = 86_400e6;

    public Daily {
      Checks.range("low", low, 0, MAX_PER_SECOND);
      Checks.range("high", high, low, MAX_PER_SECOND);
      Checks.range("peak", peak, Duration.ZERO, Duration.ofDays(1));
    }

    @Override
    public void draw(RandomGenerator random, long endMicros, LongConsumer arrival) {
      new Poisson(high)
          .draw(
              random,
              endMicros,
              at -> {
                if (random.nextDouble() * high < perSecond(at)) {
                  arrival.accept(at);
                }
              });
    }

    private double perSecond(long micros) {
      double phase = 2 * Math.PI * (micros - Times.seconds(peak) * 1e6) / DAY_MICROS;
      return low + (high - low) * (1 + Math.cos(phase)) / 2;
    }

    @Override
    public double expected(double seconds) {
      return (low + high) / 2 * seconds;
    }
  }

  /**
   * Many at once, again and again.
   *
   * @param first when the first burst begins
   * @param every from one burst to the next; zero for a single one
   * @param over the time that a burst is spread over, evenly
   */
  record Bursts(Duration first, Duration every, int jobs, Duration over) implements Arrivals {
    /** Most jobs of a burst. */
    public static final int MAX_JOBS = 10_000_000;

    public Bursts {
      Checks.range("first", first, Duration.ZERO, Times.MAX);
      Checks.range("every", every, Duration.ZERO, Times.MAX);
      Checks.range("jobs", jobs, 1, MAX_JOBS);
      Checks.range("over", over, Duration.ZERO, every.isZero() ? Times.MAX : every);
    }

    @Override
    public void draw(RandomGenerator random, long endMicros, LongConsumer arrival) {
      double gap = Times.seconds(over) * 1e6 / jobs;
      long step = every.toNanos() / 1_000;
      for (long begin = first.toNanos() / 1_000; begin < endMicros; begin += step) {
        for (int job = 0; job < jobs && begin + gap * job < endMicros; job++) {
          arrival.accept((long) (begin + gap * job));
        }
        if (step == 0) {
          return;
        }
      }
    }

    @Override
    public double expected(double seconds) {
      double rest = seconds - Times.seconds(first);
      if (rest <= 0) {
        return 0;
      }
      return every.isZero() ? jobs : Math.ceil(rest / Times.seconds(every)) * jobs;
    }
  }
}
