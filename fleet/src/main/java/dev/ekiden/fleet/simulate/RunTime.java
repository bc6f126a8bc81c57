package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.Checks;
import java.util.random.RandomGenerator;

/** How long jobs of a kind run, in seconds. */
public sealed interface RunTime {
  /** Longest mean run time. */
  double MAX_SECONDS = 1e6;

  /** A run time drawn at random. */
  double draw(RandomGenerator random);

  double meanSeconds();

  /** Variance ÷ mean². */
  double squaredVariation();

  /** All alike. */
  record Fixed(double seconds) implements RunTime {
    public Fixed {
      Checks.range("fixed", seconds, 0, MAX_SECONDS);
    }

    @Override
    public double draw(RandomGenerator random) {
      return seconds;
    }

    @Override
    public double meanSeconds() {
      return seconds;
    }

    @Override
    public double squaredVariation() {
      return 0;
    }
  }

  /** Without memory. */
  record Exponential(double meanSeconds) implements RunTime {
    public Exponential {
      Checks.range("exponential", meanSeconds, 0, MAX_SECONDS);
    }

    @Override
    public double draw(RandomGenerator random) {
      return meanSeconds * random.nextExponential();
    }

    @Override
    public double squaredVariation() {
      return 1;
    }
  }

  /** All equally likely between two. */
  record Uniform(double from, double to) implements RunTime {
    public Uniform {
      Checks.range("from", from, 0, MAX_SECONDS);
      Checks.range("to", to, from, MAX_SECONDS);
    }

    @Override
    public double draw(RandomGenerator random) {
      return from + (to - from) * random.nextDouble();
    }

    @Override
    public double meanSeconds() {
      return (from + to) / 2;
    }

    @Override
    public double squaredVariation() {
      double mean = meanSeconds();
      return mean == 0 ? 0 : (to - from) * (to - from) / 12 / (mean * mean);
    }
  }

  /**
   * Mostly short, some long, as batch jobs are: the logarithm is normal.
   *
   * @param squaredVariation variance ÷ mean²
   * @param longest longer ones are cut to it
   */
  record LogNormal(double meanSeconds, double squaredVariation, double longest) implements RunTime {
    public LogNormal {
      Checks.range("lognormal", meanSeconds, 0, MAX_SECONDS);
      Checks.range("variation", squaredVariation, 0, 1_000);
      Checks.range("longest", longest, meanSeconds, MAX_SECONDS * 1_000);
    }

    @Override
    public double draw(RandomGenerator random) {
      double sigmaSquared = Math.log1p(squaredVariation);
      double drawn =
          meanSeconds
              * Math.exp(Math.sqrt(sigmaSquared) * random.nextGaussian() - sigmaSquared / 2);
      return Math.min(drawn, longest);
    }
  }
}
