package dev.ekiden.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.bench.chaos.Fault.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
  private static FaultPlan plan(long seed) {
    return FaultPlan.of(seed, Duration.ofMinutes(5), 3, Duration.ofSeconds(6), 2);
  }

  @Test
  void theSameSeedBringsTheSameFaultsInTheSameOrder() {
    assertThat(plan(7)).isEqualTo(plan(7));
    assertThat(plan(7).faults()).isNotEqualTo(plan(8).faults());
  }

  @Test
  void everyKindComesInEveryRound() {
    assertThat(plan(7).faults()).extracting(Fault::kind).hasSize(2 * Kind.values().length);
    assertThat(plan(7).faults().subList(0, Kind.values().length))
        .extracting(Fault::kind)
        .containsExactlyInAnyOrder(Kind.values());
  }

  @Test
  void faultsComeInOrderAndInTime() {
    assertThat(plan(7).faults()).extracting(Fault::atMillis).isSorted();
    assertThat(plan(7).faults())
        .allSatisfy(fault -> {
          assertThat(fault.atMillis()).isBetween(0L, 300_000L);
          assertThat(fault.worker()).isBetween(0, 2);
        });
  }
}
