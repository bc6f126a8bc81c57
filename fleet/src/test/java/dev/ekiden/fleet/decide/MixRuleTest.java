package dev.ekiden.fleet.decide;

import static dev.ekiden.fleet.CapacityClass.ON_DEMAND;
import static dev.ekiden.fleet.CapacityClass.SPOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.CapacityMix.Share;
import dev.ekiden.fleet.CapacityMix.StandIn;
import dev.ekiden.fleet.Decision.Placement;
import dev.ekiden.fleet.Decision.Stop;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which class is next to start and to stop. */
final class MixRuleTest {
  private static final CapacityMix ONE_TO_FIVE = CapacityMix.onDemandToSpot(1, 5);
  private static final Set<CapacityClass> NONE = Set.of();

  @Test
  void thirteenFromNothingAreOneOnDemandAndFiveSpotEachTime() {
    assertThat(launch(ONE_TO_FIVE, Map.of(), 13)).isEqualTo("DSSSSSDSSSSSD");
  }

  @Test
  void theOrderDoesNotDependOnHowManyAreStartedAtOnce() {
    StringBuilder order = new StringBuilder();
    int onDemand = 0;
    for (int i = 0; i < 13; i++) {
      String next = launch(ONE_TO_FIVE, Map.of(ON_DEMAND, onDemand, SPOT, i - onDemand), 1);
      onDemand += next.equals("D") ? 1 : 0;
      order.append(next);
    }
    assertThat(order).hasToString("DSSSSSDSSSSSD");
  }

  @Test
  void otherWeightsGiveTheirOwnOrder() {
    assertThat(launch(CapacityMix.onDemandToSpot(2, 3), Map.of(), 8)).isEqualTo("DSSDSDSS");
  }

  @Test
  void aBaseComesFirstAndDoesNotCountForTheWeights() {
    CapacityMix mix = CapacityMix.of(new Share(ON_DEMAND, 1, 1), new Share(SPOT, 0, 4));
    assertThat(launch(mix, Map.of(), 12)).isEqualTo("DDSSSSDSSSSD");
    assertThat(launch(mix, Map.of(SPOT, 7), 1)).as("lost base").isEqualTo("D");
  }

  @Test
  void whenAllSpotIsLostItIsFilledUpAgain() {
    assertThat(launch(ONE_TO_FIVE, Map.of(ON_DEMAND, 3), 10)).isEqualTo("SSSSSSSSSS");
  }

  @Test
  void theNextClassStandsInVisibly() {
    List<Placement> launches =
        new MixRule(ONE_TO_FIVE, Map.of(ON_DEMAND, 1)).launches(2, Set.of(SPOT));
    assertThat(launches)
        .containsExactly(new Placement(ON_DEMAND, SPOT), new Placement(ON_DEMAND, SPOT));
    assertThat(new MixRule(ONE_TO_FIVE, Map.of()).launches(1, Set.of(SPOT)))
        .containsExactly(new Placement(ON_DEMAND, null));
  }

  @Test
  void afterTheLastClassTheFirstStandsIn() {
    CapacityClass other = new CapacityClass("spot-b");
    CapacityMix mix =
        CapacityMix.of(new Share(ON_DEMAND, 1, 0), new Share(SPOT, 0, 1), new Share(other, 0, 1));
    Map<CapacityClass, Integer> base = Map.of(ON_DEMAND, 1);
    assertThat(new MixRule(mix, base).launches(2, Set.of(SPOT)))
        .containsExactly(new Placement(other, SPOT), new Placement(other, SPOT));
    assertThat(new MixRule(mix, base).launches(1, Set.of(SPOT, other)))
        .containsExactly(new Placement(ON_DEMAND, SPOT));
    assertThat(new MixRule(mix, base).launches(1, Set.of(SPOT, other, ON_DEMAND))).isEmpty();
  }

  @Test
  void withoutStandInsThePlaceStaysEmptyAndTheOthersKeepTheirs() {
    CapacityMix mix = ONE_TO_FIVE.withStandIn(StandIn.NONE);
    assertThat(new MixRule(mix, Map.of()).launches(13, Set.of(SPOT)))
        .hasSize(3)
        .containsOnly(new Placement(ON_DEMAND, null));
  }

  @Test
  void stoppingIsStartingBackwards() {
    Map<CapacityClass, Integer> all = Map.of(ON_DEMAND, 3, SPOT, 10);
    assertThat(stop(ONE_TO_FIVE, all, all, 1)).isEqualTo("1D");
    assertThat(stop(ONE_TO_FIVE, all, all, 6)).isEqualTo("1D5S");
    assertThat(stop(ONE_TO_FIVE, all, all, 7)).isEqualTo("2D5S");
    assertThat(stop(ONE_TO_FIVE, all, all, 12)).isEqualTo("2D10S");
    assertThat(stop(ONE_TO_FIVE, all, all, 13)).isEqualTo("3D10S");
  }

  @Test
  void onlyIdleOnesStop() {
    Map<CapacityClass, Integer> all = Map.of(ON_DEMAND, 3, SPOT, 10);
    assertThat(stop(ONE_TO_FIVE, all, Map.of(SPOT, 2), 13)).isEqualTo("2S");
    assertThat(stop(ONE_TO_FIVE, all, Map.of(), 13)).isEmpty();
  }

  @Test
  void theOnDemandWorkerOfASmallFleetStaysEvenIfOnlyItIsIdle() {
    Map<CapacityClass, Integer> all = Map.of(ON_DEMAND, 1, SPOT, 2);
    assertThat(stop(ONE_TO_FIVE, all, Map.of(ON_DEMAND, 1), 2)).isEmpty();
    assertThat(stop(ONE_TO_FIVE, all, all, 2)).isEqualTo("2S");
    assertThat(stop(ONE_TO_FIVE, all, Map.of(ON_DEMAND, 1), 3)).isEqualTo("1D");
  }

  @Test
  void standInsStopFirst() {
    assertThat(stop(ONE_TO_FIVE, Map.of(ON_DEMAND, 6, SPOT, 5), Map.of(ON_DEMAND, 6, SPOT, 5), 4))
        .isEqualTo("4D");
  }

  @Test
  void aBaseIsBrokenIntoOnlyWhenNothingElseIsLeft() {
    CapacityMix mix = CapacityMix.of(new Share(ON_DEMAND, 2, 0), new Share(SPOT, 0, 1));
    Map<CapacityClass, Integer> all = Map.of(ON_DEMAND, 2, SPOT, 1);
    assertThat(stop(mix, all, Map.of(ON_DEMAND, 2), 1)).as("the spot worker is busy").isEmpty();
    assertThat(stop(mix, all, all, 2)).isEqualTo("1S1D");
  }

  @Test
  void aClassThatTheMixNoLongerHasGoesFirst() {
    CapacityClass old = new CapacityClass("old");
    Map<CapacityClass, Integer> all = Map.of(ON_DEMAND, 1, SPOT, 5, old, 2);
    assertThat(new MixRule(ONE_TO_FIVE, all).stops(3, all))
        .containsExactly(new Stop(old, 2), new Stop(SPOT, 1));
  }

  private static String launch(CapacityMix mix, Map<CapacityClass, Integer> present, int count) {
    return new MixRule(mix, present)
        .launches(count, NONE).stream()
            .map(placement -> placement.capacityClass().equals(ON_DEMAND) ? "D" : "S")
            .collect(Collectors.joining());
  }

  private static String stop(
      CapacityMix mix,
      Map<CapacityClass, Integer> present,
      Map<CapacityClass, Integer> idle,
      int count) {
    return new MixRule(mix, present)
        .stops(count, idle).stream()
            .map(stop -> stop.workers() + (stop.capacityClass().equals(ON_DEMAND) ? "D" : "S"))
            .collect(Collectors.joining());
  }
}
