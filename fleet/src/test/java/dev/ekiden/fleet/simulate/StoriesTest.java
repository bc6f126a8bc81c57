package dev.ekiden.fleet.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The told figures come out of the assumptions that stand beside them. */
final class StoriesTest {
  static List<String> names() {
    return Stories.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void theToldFiguresComeOut(String name) {
    Report report = Simulator.run(Stories.named(name));
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
