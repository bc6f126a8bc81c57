package dev.ekiden.fleet.decide;

/**
 * How many servers a stream of jobs needs: M/M/c by Erlang's C formula, stretched for other run
 * times as Allen and Cunneen (and Kingman for one server) do.
 *
 * <ul>
 *   <li>load R = arrival rate × mean run time (Little's law); with n ≤ R the queue grows for ever
 *   <li>P(wait) = C(n, R), from Erlang's B by 1/B(n) = 1 + n/R · 1/B(n − 1) and C = 1 / ((1 − ρ)/B
 *       + ρ), ρ = R/n
 *   <li>P(wait &gt; t) = C · exp(−(n − R) · t / (S · (1 + cs²)/2)), S the mean run time, cs² its
 *       squared coefficient of variation, arrivals at random (ca² = 1)
 * </ul>
 *
 * The recursion is exact. It need not begin at 0: an error of its start shrinks by n/R at each
 * step, so beginning 40 √R below R leaves one of e<sup>−800</sup>, and large fleets cost no more
 * than small ones. That √R more than R is what a given quality takes is the square-root staffing
 * rule (Halfin and Whitt 1981).
 */
public final class Staffing {
  /** How far below the load the recursion begins, in √load. */
  private static final double RUN_UP = 40;

  private final double load;
  private final double decaySeconds;

  /**
   * @param load mean number of busy servers, above 0
   * @param meanSeconds mean run time, above 0
   * @param squaredVariation of the run time
   */
  public Staffing(double load, double meanSeconds, double squaredVariation) {
    this.load = load;
    this.decaySeconds = meanSeconds * (1 + squaredVariation) / 2;
  }

  /**
   * The fewest servers with which at most a share of the jobs waits longer.
   *
   * @param seconds 0 for those that wait at all
   * @param most where the search ends
   * @return at most {@code most}
   */
  public int servers(double seconds, double missable, int most) {
    Recursion recursion = new Recursion();
    while (recursion.servers < most) {
      recursion.next();
      if (recursion.servers > load
          && waitsLonger(recursion.waits(), recursion.servers, seconds) <= missable) {
        return recursion.servers;
      }
    }
    return most;
  }

  /** The share of the jobs that waits at all. */
  public double waits(int servers) {
    if (servers <= load) {
      return 1;
    }
    Recursion recursion = new Recursion();
    while (recursion.servers < servers) {
      recursion.next();
    }
    return recursion.waits();
  }

  /** The wait that at most a share of the jobs exceeds; infinite if the queue grows for ever. */
  public double waitSeconds(int servers, double missable) {
    if (servers <= load) {
      return Double.POSITIVE_INFINITY;
    }
    double waits = waits(servers);
    return waits <= missable ? 0 : Math.log(waits / missable) * decaySeconds / (servers - load);
  }

  private double waitsLonger(double waits, int servers, double seconds) {
    return seconds == 0 ? waits : waits * Math.exp(-(servers - load) * seconds / decaySeconds);
  }

  /** 1/B from one number of servers to the next. */
  private final class Recursion {
    private int servers = (int) Math.max(0, Math.floor(load - RUN_UP * Math.sqrt(load)));
    private double inverseBlocked = servers == 0 ? 1 : load / (load - servers);

    private void next() {
      servers++;
      inverseBlocked = 1 + servers / load * inverseBlocked;
    }

    private double waits() {
      double utilisation = load / servers;
      return 1 / ((1 - utilisation) * inverseBlocked + utilisation);
    }
  }
}
