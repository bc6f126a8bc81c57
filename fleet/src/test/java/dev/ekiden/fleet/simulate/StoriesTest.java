package dev.ekiden.fleet.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The told figures come out of the assumptions that stand beside them. */
final class StoriesTest {
  static List<String> names() {
    return Stories.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void theToldFiguresComeOut(String name) {
    comeOut(Simulator.run(Stories.named(name)));
  }

  /** The ranges of the assumptions, at both ends. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "calendar|rest: 9m30s|rest: 9m",
        "calendar|rest: 9m30s|rest: 10m",
        "report|jobs: 100}|jobs: 80}|lognormal: 365s|lognormal: 456s",
        "report|jobs: 100}|jobs: 110}|lognormal: 365s|lognormal: 320s",
        "tracking|5600us|5530us",
        "tracking|5600us|5650us",
        "payroll|program: 25s|program: 20s",
        "payroll|program: 25s|program: 30s",
        "audience|mib: 2000}|mib: 950}",
        "audience|mib: 2000}|mib: 2860}"
      })
  void theyComeOutInTheRangeOfTheAssumptions(ArgumentsAccessor change) throws IOException {
    String name = change.getString(0);
    String changed = Stories.text(name);
    for (int i = 1; i < change.size(); i += 2) {
      assertThat(changed).contains(change.getString(i));
      changed = changed.replace(change.getString(i), change.getString(i + 1));
    }
    comeOut(Simulator.run(ScenarioReader.parse(name + ".yaml", changed)));
  }

  private static void comeOut(Report report) {
    assertThat(report.claims())
        .isNotEmpty()
        .allSatisfy(result ->
            assertThat(result.value())
                .as(
                    "%s: %s of %s",
                    result.claim().told(), result.claim().measure(), result.claim().of())
                .isBetween(result.claim().from(), result.claim().to()));
    assertThat(report.outcomes()).allSatisfy(outcome -> assertThat(outcome.unfinished()).isZero());
  }

  @Test
  void anotherNameIsRefused() {
    assertThatThrownBy(() -> Stories.named("other"))
        .hasMessage(
            "there is no story 'other'; there are calendar, report, tracking, payroll, audience");
  }
}
