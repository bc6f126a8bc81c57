package dev.ekiden.fleet.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.yaml.YamlException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fleets as files and as JSON, and what is told of mistakes in them. */
final class FleetDocumentTest {
  private static final String WHOLE =
      """
      name: calendar
      enabled: false
      queues: [high, low]
      min: 1
      max: 5
      slots: 4
      steps: {0: 1, 100: 2, 1_000: 3}
      mix: {on-demand: 1+1, spot: 5}
      stand-in: none
      scale-in-after: 2m
      look-every: 500ms
      backoff: {first: 5s, most: 1m}
      vcpus: 0.5
      memory-mib: 256
      grace: 10s
      start-timeout: 30s
      prices: {on-demand: fargate-tokyo, spot: fargate-tokyo-spot}
      reclaims: {mean-life: 20s, seed: 7}
      """;

  @Test
  void aFileAndItsJsonSayTheSame() {
    FleetSpec spec = FleetFile.parse("f", WHOLE).getFirst();
    assertThat(FleetDocument.of(spec).spec("calendar")).isEqualTo(spec);
    assertThat(spec.enabled()).isFalse();
    assertThat(spec.queues()).containsExactly("high", "low");
    assertThat(spec.settings().mix()).hasToString("on-demand 1+1 : spot 5");
    assertThat(spec.settings().backoff().most()).isEqualTo(Duration.ofMinutes(1));
    assertThat(spec.size().milliVcpus()).isEqualTo(500);
    assertThat(spec.reclaims()).isEqualTo(new Reclaims(Duration.ofSeconds(20), 7));
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    FleetSpec spec = FleetFile.parse("f", "name: a\nqueues: q, r\nfixed: 3\n").getFirst();
    assertThat(spec.queues()).containsExactly("q", "r");
    assertThat(spec.settings().min()).isEqualTo(3);
    assertThat(spec.settings().max()).isEqualTo(3);
    assertThat(spec.settings().slots()).isEqualTo(1);
    assertThat(spec.launcher()).isEqualTo("process");
    assertThat(spec.grace()).isEqualTo(Duration.ofSeconds(30));
    assertThat(spec.enabled()).isTrue();
    FleetDocument document = FleetDocument.of(spec);
    assertThat(document.spec("a")).isEqualTo(spec);
    List<FleetSpec> two =
        FleetFile.parse(
            "f",
            """
            fleets:
              - {name: a, queues: q, fixed: 1}
              - {name: b, queues: q, goal: 95% start within 5s, max: 2}
            """);
    assertThat(two).extracting(FleetSpec::name).containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "queues: q|f:1: name is missing; it must be a text",
        "{name: A, queues: q, fixed: 1}|name must be 1 to 30 lower-case letters",
        "{name: a-, queues: q, fixed: 1}|name must be 1 to 30 lower-case letters",
        "{name: a, queues: [], fixed: 1}|f:1: queues must be a list with at least one name",
        "{name: a, queues: 'q, q', fixed: 1}|queues must name each queue once",
        "{name: a, queues: q}|must have one of fixed, steps, goal",
        "{name: a, queues: q, fixed: 1, goal: x}|f:1: goal cannot stand beside fixed",
        "{name: a, queues: q, goal: soon, max: 1}|goal must be like '95% start within 5s'",
        "{name: a, queues: q, steps: {0: 1}}|f:1: max is missing",
        "{name: a, queues: q, steps: {1: 1}, max: 2}|the first step must be from 0",
        "{name: a, queues: q, fixed: 3, max: 2}|min must be at most max, which is 2, not 3",
        "{name: a, queues: q, fixed: 1, mix: {spot: x}}|mix.spot must be a weight such as 5",
        "{name: a, queues: q, fixed: 1, grace: 61m}|grace must be from 0s to 1h, not 1h1m",
        "{name: a, queues: q, fixed: 1, memory-mib: 127}|from 128 to",
        "{name: a, queues: q, fixed: 1, prices: {spot: gold}}|there is no price 'gold'; known are",
        "{name: a, queues: q, fixed: 1, image: x}|image is for launchers of containers",
        "{name: a, queues: q, fixed: 1, launcher: docker}|image is required by the launcher docker",
        "{name: a, queues: q, fixed: 1, reclaims: {mean-life: 500ms}}|mean-life must be from 1s to 30d",
        "{name: a, queues: q, fixed: 1, enabled: si}|enabled must be true or false, not 'si'",
        "{name: a, queues: q, fixed: 1, colour: red}|f:1: there is no field colour; there are",
      })
  void mistakesInFilesAreToldWithTheirPlace(String text, String message) {
    assertThatThrownBy(() -> FleetFile.parse("f", text))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith("f:1: ")
        .hasMessageContaining(message);
  }

  @Test
  void mistakesInJsonNameTheSetting() {
    FleetDocument good =
        FleetDocument.of(FleetFile.parse("f", "{name: a, queues: q, fixed: 1}").getFirst());
    assertThatThrownBy(() -> good.spec("-"))
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("name"));
    assertThat(good.spec("a".repeat(30)).name()).hasSize(30);
    assertThatThrownBy(() -> good.spec("a".repeat(31))).hasMessageContaining("1 to 30");
  }

  @Test
  void livesOfSpotAreExponentialAndRepeatable() {
    Reclaims reclaims = new Reclaims(Duration.ofSeconds(10), 7);
    double sum = 0;
    for (int number = 1; number <= 10_000; number++) {
      assertThat(reclaims.life(number)).isEqualTo(reclaims.life(number)).isPositive();
      sum += reclaims.life(number).toMillis();
    }
    assertThat(sum / 10_000).isBetween(9_500.0, 10_500.0);
    assertThat(new Reclaims(Duration.ofSeconds(10), 8).life(1)).isNotEqualTo(reclaims.life(1));
  }
}
