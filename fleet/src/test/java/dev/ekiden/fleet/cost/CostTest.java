package dev.ekiden.fleet.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.cost.ModeComparison.ModeCost;
import dev.ekiden.fleet.cost.Price.BilledFrom;
import dev.ekiden.fleet.yaml.YamlException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arithmetic, against examples worked out by hand. */
final class CostTest {
  private static final PriceList PRICES = PriceList.shipped();
  private static final Size ONE_TWO = Size.of(1, 2_048);

  /** Dollars for an hour. */
  @ParameterizedTest
  @CsvSource({
    "fargate-tokyo, 1, 2048, 0.06162",
    "fargate-tokyo, 2, 4096, 0.12324",
    "fargate-tokyo, 0.25, 512, 0.015405",
    "fargate-tokyo-arm, 1, 2048, 0.04929",
    "fargate-tokyo-spot, 1, 2048, 0.02414355",
    "fargate-us-east-1, 1, 2048, 0.04937",
    "fargate-us-east-1-spot, 1, 2048, 0.01542025",
    "codebuild-large, 8, 15360, 1.2",
    "free, 8, 15360, 0"
  })
  void anHourCostsItsVcpusAndMemory(String price, double vcpus, int mib, String dollars) {
    assertThat(PRICES.named(price).cost(Size.of(vcpus, mib), Duration.ofHours(1)))
        .isEqualTo(Money.of(dollars));
  }

  @Test
  void aTaskIsBilledForAMinuteAtLeastAndThenByTheSecond() {
    Price price = PRICES.named("fargate-tokyo");
    assertThat(price.billed(Duration.ofMillis(1))).hasSeconds(60);
    assertThat(price.billed(Duration.ofSeconds(60))).hasSeconds(60);
    assertThat(price.billed(Duration.ofMillis(60_001))).hasSeconds(61);
    assertThat(price.billed(Duration.ofSeconds(60).plusNanos(1))).hasSeconds(61);
    assertThat(price.cost(ONE_TWO, Duration.ofSeconds(1))).isEqualTo(Money.of("0.001027"));
  }

  @Test
  void aFunctionIsBilledByTheMillisecondAndForEachRequest() {
    Price lambda = PRICES.named("lambda");
    assertThat(lambda.billed(Duration.ofNanos(1_500_000))).hasMillis(2);
    // 1,024 MiB for a second: 0.0000166667, and 0.0000002 for the request
    assertThat(lambda.cost(Size.of(1, 1_024), Duration.ofSeconds(1)))
        .isEqualTo(Money.of("0.0000168667"));
    assertThat(lambda.cost(Size.of(1, 128), 1, 0)).isEqualTo(Money.of("0.000000002083"));
  }

  @Test
  void theDownloadOfTheImageIsBilledAndWhatComesBeforeIsNot() {
    StartUp startUp = StartUp.ofFargate(1_904);
    assertThat(startUp.total().toSeconds()).as("measured: 70 to 81 s").isEqualTo(76);
    assertThat(StartUp.ofFargate(413).total().toSeconds()).as("measured: 57 s").isEqualTo(51);
    assertThat(startUp.billed(BilledFrom.REQUEST)).isEqualTo(startUp.total());
    assertThat(startUp.billed(BilledFrom.IMAGE)).isEqualTo(startUp.total().minusSeconds(28));
    assertThat(startUp.billed(BilledFrom.PROGRAM)).hasSeconds(16);
  }

  /** Where a task becomes cheaper than a function, with 35 s of billed start-up. */
  @ParameterizedTest
  @CsvSource({
    "fargate-tokyo, 51",
    "fargate-us-east-1, 32",
    "fargate-tokyo-spot, 14",
    "fargate-us-east-1-spot, 9"
  })
  void aTaskIsCheaperThanAFunctionFromSomeSecondsOn(String task, int seconds) {
    Price lambda = PRICES.named("lambda");
    Size function = new Size(1_000, ModeComparison.FUNCTION_MIB_PER_VCPU);
    int first =
        IntStream.range(1, 1_000)
            .filter(s ->
                PRICES
                        .named(task)
                        .cost(ONE_TWO, Duration.ofSeconds(s + 35))
                        .compareTo(lambda.cost(function, Duration.ofSeconds(s)))
                    < 0)
            .findFirst()
            .orElseThrow();
    assertThat(first).isCloseTo(seconds, within(1));
  }

  @Test
  void theModesAreComparedOnTheSameRuns() {
    // Ten runs of 30 s, one a minute, in an hour; a start-up of 28 + 19 + 16 s of which 35 are
    // billed.
    List<Run> runs =
        IntStream.range(0, 10)
            .mapToObj(i -> new Run(Duration.ofMinutes(i), Duration.ofSeconds(30)))
            .toList();
    ModeComparison comparison =
        new ModeComparison(
            ONE_TWO,
            Size.of(2, 4_096),
            PRICES.named("fargate-tokyo"),
            PRICES.named("lambda"),
            StartUp.ofFargate(1_102),
            ModeComparison.FUNCTION_MIB_PER_VCPU,
            Duration.ofSeconds(1),
            1);
    List<ModeCost> costs = comparison.compare(runs, Duration.ofHours(1));
    assertThat(costs).extracting(ModeCost::mode).containsExactly(Mode.values());
    assertThat(costs.get(0).cost()).isEqualTo(Money.of("0.06162"));
    assertThat(costs.get(0).idle()).isCloseTo(1 - 300 / 3_600.0, within(1e-9));
    assertThat(costs.get(1).cost()).as("10 × 65 s").isEqualTo(Money.of("0.011125833333"));
    assertThat(costs.get(1).startUp()).hasSeconds(63);
    assertThat(costs.get(2).cost()).as("650 s + 3,600 s").isEqualTo(Money.of("0.072745833333"));
    // 310 s · 1,769 / 1,024 GiB · 0.0000166667 + 10 · 0.0000002
    assertThat(costs.get(3).cost()).isEqualTo(Money.of("0.008927636341"));
    assertThat(costs.get(4).cost()).isEqualTo(Money.of("0.12324"));
  }

  @Test
  void runsThatTouchAreNotAtOnce() {
    assertThat(Concurrency.peak(List.of())).isZero();
    assertThat(Concurrency.peak(List.of(run(0, 60), run(60, 60)))).isEqualTo(1);
    assertThat(Concurrency.peak(List.of(run(0, 61), run(60, 60), run(60, 1)))).isEqualTo(3);
    Run brief = new Run(Duration.ofMillis(700), Duration.ofMillis(40));
    assertThat(Concurrency.peak(Collections.nCopies(25, brief))).as("a second's work").isEqualTo(1);
    assertThat(Concurrency.peak(Collections.nCopies(26, brief))).isEqualTo(2);
    Run over = new Run(Duration.ofMillis(900), Duration.ofMillis(1_200));
    assertThat(Concurrency.peak(List.of(over, over))).as("from 0.9 to 2.1 s").isEqualTo(2);
  }

  @Test
  void everyPriceSaysWhenItWasSoAndWhoSaysSo() {
    assertThat(PRICES.all())
        .hasSizeGreaterThan(9)
        .allSatisfy(price -> {
          assertThat(price.source()).isNotBlank();
          assertThat(price.asOf()).isNotNull();
        });
    assertThatThrownBy(() -> PRICES.named("fargate"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("there is no price 'fargate'; known are free, fargate-tokyo,");
  }

  @Test
  void aMistakeInAListNamesItsLine() {
    String list =
        """
        prices:
          - name: mine
            vcpu-hour: cheap
        """;
    assertThatThrownBy(() -> PriceList.parse("mine.yaml", list))
        .isInstanceOf(YamlException.class)
        .hasMessage("mine.yaml:3: prices[0].vcpu-hour must be a number, not 'cheap'");
    assertThatThrownBy(() ->
            PriceList.parse(
                "mine.yaml",
                list.replace("cheap", "-1") + "    as-of: 2026-01-01\n    source: me\n"))
        .hasMessage("mine.yaml:2: prices[0]: price of mine must be 0 or more, not -1");
  }

  @Test
  void amountsAreReadByPeople() {
    assertThat(Money.of("1234.567")).hasToString("$1,234.57");
    assertThat(Money.of("0.001027")).hasToString("$0.00103");
    assertThat(Money.of("0.06162")).hasToString("$0.0616");
    assertThat(Money.ZERO).hasToString("$0.00");
    assertThat(Money.of("3").shareOf(Money.of("4"))).isEqualTo(0.75);
  }

  private static Run run(int atSeconds, int seconds) {
    return new Run(Duration.ofSeconds(atSeconds), Duration.ofSeconds(seconds));
  }
}
