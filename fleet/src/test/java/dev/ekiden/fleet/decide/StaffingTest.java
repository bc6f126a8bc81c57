package dev.ekiden.fleet.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Erlang's C against published values and against a sum over all states. */
final class StaffingTest {
  /** The fewest servers for P(wait) ≤ .5, .2 and .05. */
  @ParameterizedTest
  @CsvSource({
    "1, 2, 3, 4",
    "5, 7, 8, 10",
    "10, 12, 14, 17",
    "20, 23, 26, 29",
    "50, 54, 58, 64",
    "100, 106, 111, 119"
  })
  void theExactMinimaAreKnown(double load, int half, int fifth, int twentieth) {
    Staffing staffing = new Staffing(load, 1, 1);
    assertThat(staffing.servers(0, 0.5, 1_000)).isEqualTo(half);
    assertThat(staffing.servers(0, 0.2, 1_000)).isEqualTo(fifth);
    assertThat(staffing.servers(0, 0.05, 1_000)).isEqualTo(twentieth);
  }

  /** Servers, utilisation, P(wait), the 95th percentile of the wait in mean run times. */
  @ParameterizedTest
  @CsvSource({
    "1, .7, .70, 8.8",
    "1, .95, .95, 58.9",
    "2, .8, .71, 6.6",
    "5, .7, .38, 1.4",
    "10, .9, .67, 2.6",
    "20, .95, .76, 2.7",
    "50, .9, .36, 0.4"
  })
  void theWaitsAreKnown(int servers, double utilisation, double waits, double percentile) {
    Staffing staffing = new Staffing(servers * utilisation, 1, 1);
    assertThat(staffing.waits(servers)).isCloseTo(waits, within(0.006));
    assertThat(staffing.waitSeconds(servers, 0.05)).isCloseTo(percentile, within(0.06));
  }

  @ParameterizedTest
  @CsvSource({"0.001", "0.9", "7.3", "150", "600"})
  void theRecursionIsTheSumOverAllStates(double load) {
    Staffing staffing = new Staffing(load, 1, 1);
    int servers = (int) (load + Math.sqrt(load)) + 1;
    assertThat(staffing.waits(servers)).isCloseTo(sum(servers, load), within(1e-12));
  }

  @Test
  void withAtMostTheLoadAllWait() {
    Staffing staffing = new Staffing(5, 1, 1);
    assertThat(staffing.waits(5)).isEqualTo(1);
    assertThat(staffing.waitSeconds(5, 0.05)).isInfinite();
    assertThat(staffing.servers(0, 0.05, 3)).as("no more than asked").isEqualTo(3);
  }

  @Test
  void unevenRunTimesNeedMore() {
    int even = new Staffing(10, 60, 0).servers(10, 0.05, 1_000);
    int exponential = new Staffing(10, 60, 1).servers(10, 0.05, 1_000);
    int uneven = new Staffing(10, 60, 10).servers(10, 0.05, 1_000);
    assertThat(even).isLessThan(exponential);
    assertThat(exponential).isLessThan(uneven);
  }

  @Test
  void aLargeFleetCostsNoMore() {
    int servers = new Staffing(1_000_000, 1, 1).servers(0, 0.05, 10_000_000);
    // β of the square-root rule for 5 %: 1 / (1 + βΦ(β)/φ(β)) = 0.05 for β = 1.74
    assertThat((servers - 1_000_000) / 1_000.0).isCloseTo(1.74, within(0.01));
  }

  private static double sum(int servers, double load) {
    double term = 1;
    double below = 0;
    for (int n = 0; n < servers; n++) {
      below += term;
      term *= load / (n + 1);
    }
    double all = term / (1 - load / servers);
    return all / (below + all);
  }
}
