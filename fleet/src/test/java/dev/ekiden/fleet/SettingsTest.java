package dev.ekiden.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.fleet.CapacityMix.Share;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.ScalingPolicy.Steps;
import dev.ekiden.fleet.ScalingPolicy.Steps.Step;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What may be set, on both sides of each limit. */
final class SettingsTest {
  private static final FleetSettings SETTINGS = FleetSettings.of(0, 5, new Fixed(1));

  private record Refused(String why, ThrowingCallable setting, String message) {}

  @TestFactory
  Stream<DynamicTest> whatIsNotAllowedIsRefusedWithWhatIs() {
    Duration day = Duration.ofDays(1);
    return Stream.of(
            new Refused(
                "no workers", () -> SETTINGS.withMax(0), "max must be from 1 to 10,000, not 0"),
            new Refused(
                "too many workers",
                () -> SETTINGS.withMax(10_001),
                "max must be from 1 to 10,000, not 10,001"),
            new Refused(
                "negative", () -> SETTINGS.withMin(-1), "min must be from 0 to 10,000, not -1"),
            new Refused(
                "min above max",
                () -> SETTINGS.withMin(6),
                "min must be at most max, which is 5, not 6"),
            new Refused(
                "no slots", () -> SETTINGS.withSlots(0), "slots must be from 1 to 1,000, not 0"),
            new Refused(
                "too many slots",
                () -> SETTINGS.withSlots(1_001),
                "slots must be from 1 to 1,000, not 1,001"),
            new Refused(
                "negative rest",
                () -> SETTINGS.withScaleInAfter(Duration.ofMillis(-1)),
                "scale-in-after must be from 0s to 1d, not -1ms"),
            new Refused(
                "long rest",
                () -> SETTINGS.withScaleInAfter(day.plusMillis(1)),
                "scale-in-after must be from 0s to 1d, not 1d1ms"),
            new Refused(
                "looks too often",
                () -> SETTINGS.withLookEvery(Duration.ofMillis(99)),
                "look-every must be from 100ms to 10m, not 99ms"),
            new Refused(
                "looks too seldom",
                () -> SETTINGS.withLookEvery(Duration.ofMinutes(10).plusMillis(1)),
                "look-every must be from 100ms to 10m, not 10m1ms"),
            new Refused("fixed", () -> new Fixed(-1), "fixed must be from 0 to 10,000, not -1"),
            new Refused(
                "fixed", () -> new Fixed(10_001), "fixed must be from 0 to 10,000, not 10,001"),
            new Refused(
                "no steps",
                () -> new Steps(List.of()),
                "number of steps must be from 1 to 100, not 0"),
            new Refused(
                "too many steps",
                () -> new Steps(IntStream.range(0, 101).mapToObj(i -> new Step(i, i)).toList()),
                "number of steps must be from 1 to 100, not 101"),
            new Refused(
                "a gap at 0",
                () -> new Steps(List.of(new Step(1, 1))),
                "the first step must be from 0, not from 1"),
            new Refused(
                "steps that do not rise",
                () -> new Steps(List.of(new Step(0, 1), new Step(100, 2), new Step(100, 3))),
                "steps must rise, but 100: 3 comes after 100: 2"),
            new Refused(
                "steps that fall",
                () -> new Steps(List.of(new Step(0, 2), new Step(100, 1))),
                "steps must rise, but 100: 1 comes after 0: 2"),
            new Refused(
                "a step",
                () -> new Step(-1, 1),
                "from must be from 0 to 1,000,000,000,000, not -1"),
            new Refused(
                "no goal",
                () -> Goal.parse("fast"),
                "goal must be like '95% start within 5s', not 'fast'"),
            new Refused(
                "all jobs",
                () -> Goal.parse("100% start within 5s"),
                "goal must be a share from 1% to 99.99%, not 100%"),
            new Refused(
                "hardly any job",
                () -> Goal.parse("0.99% start within 5s"),
                "goal must be a share from 1% to 99.99%, not 0.99%"),
            new Refused(
                "at once",
                () -> Goal.parse("95% start within 9ms"),
                "goal must be from 10ms to 7d, not 9ms"),
            new Refused(
                "some day",
                () -> Goal.parse("95% start within 7d1ms"),
                "goal must be from 10ms to 7d, not 7d1ms"),
            new Refused(
                "no time",
                () -> Goal.parse("95% start within soon"),
                "goal: 'soon' is not a time; write 250ms, 30s, 5m, 1h30m or 2d, at most 36500d"),
            new Refused(
                "no class",
                () -> CapacityMix.of(),
                "number of classes must be from 1 to 20, not 0"),
            new Refused(
                "too many classes",
                () -> new CapacityMix(classes(21), CapacityMix.StandIn.NEXT),
                "number of classes must be from 1 to 20, not 21"),
            new Refused(
                "a class twice",
                () -> CapacityMix.of(share("spot", 0, 1), share("spot", 0, 1)),
                "mix must name each class once, but names spot twice"),
            new Refused(
                "nothing but bases",
                () -> CapacityMix.of(share("spot", 1, 0)),
                "mix must have a class with a weight above 0"),
            new Refused(
                "a weight",
                () -> share("spot", 0, 1_001),
                "weight of spot must be from 0 to 1,000, not 1,001"),
            new Refused(
                "a base",
                () -> share("spot", 10_001, 1),
                "base of spot must be from 0 to 10,000, not 10,001"),
            new Refused(
                "a name",
                () -> new CapacityClass("Spot"),
                "class must be lower-case letters, digits and dashes, beginning with a letter, at most 40 of them, not 'Spot'"),
            new Refused(
                "a long name",
                () -> new CapacityClass("s".repeat(41)),
                "class must be lower-case letters, digits and dashes, beginning with a letter, at most 40 of them, not '"
                    + "s".repeat(41)
                    + "'"),
            new Refused(
                "rests too short",
                () -> new PlacementBackoff(Duration.ofMillis(999), day),
                "first rest of a class must be from 1s to 1d, not 999ms"),
            new Refused(
                "rests too long",
                () -> new PlacementBackoff(day, day.plusMillis(1)),
                "longest rest of a class must be from 1s to 1d, not 1d1ms"),
            new Refused(
                "rests upside down",
                () -> new PlacementBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)),
                "first rest of a class must be at most 1s, not 2s"))
        .map(refused ->
            DynamicTest.dynamicTest(
                refused.why() + ": " + refused.message(),
                () ->
                    assertThatThrownBy(refused.setting())
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessage(refused.message())));
  }

  @Test
  void theLimitsThemselvesAreAllowed() {
    Duration day = Duration.ofDays(1);
    assertThat(SETTINGS.withMax(1).max()).isEqualTo(1);
    assertThat(SETTINGS.withMax(10_000).withMin(10_000).min()).isEqualTo(10_000);
    assertThat(SETTINGS.withSlots(1_000).slots()).isEqualTo(1_000);
    assertThat(SETTINGS.withScaleInAfter(Duration.ZERO).withScaleInAfter(day).scaleInAfter())
        .isEqualTo(day);
    assertThat(SETTINGS.withLookEvery(Duration.ofMillis(100)).lookEvery()).hasMillis(100);
    assertThat(SETTINGS.withLookEvery(Duration.ofMinutes(10)).lookEvery()).hasMinutes(10);
    assertThat(new Fixed(0).workers() + new Fixed(10_000).workers()).isEqualTo(10_000);
    assertThat(new Steps(IntStream.range(0, 100).mapToObj(i -> new Step(i, i)).toList()).steps())
        .hasSize(100);
    assertThat(Goal.parse("1% start within 10ms").within()).hasMillis(10);
    assertThat(Goal.parse("99.99% start within 7d").within()).hasDays(7);
    assertThat(new CapacityMix(classes(20), CapacityMix.StandIn.NONE).shares()).hasSize(20);
    assertThat(share("s".repeat(40), 10_000, 1_000).weight()).isEqualTo(1_000);
    assertThat(new PlacementBackoff(Duration.ofSeconds(1), day).after(100)).isEqualTo(day);
  }

  @Test
  void aGoalIsReadAsItIsWritten() {
    Goal goal = Goal.parse(" 95.50 % start within 1m30s ");
    assertThat(goal).hasToString("95.5% start within 1m30s");
    assertThat(Goal.parse(goal.toString())).isEqualTo(goal);
    assertThat(goal.missable()).isCloseTo(0.045, org.assertj.core.data.Offset.offset(1e-12));
  }

  @Test
  void restsDoubleUpToTheLongest() {
    PlacementBackoff backoff =
        new PlacementBackoff(Duration.ofSeconds(15), Duration.ofSeconds(100));
    assertThat(IntStream.rangeClosed(1, 5).mapToObj(backoff::after).map(Duration::toSeconds))
        .containsExactly(15L, 30L, 60L, 100L, 100L);
  }

  @Test
  void timesAreReadAsTheyAreWritten() {
    for (String text : List.of("250ms", "30s", "5m", "1h30m", "2d", "36500d", "1d2h3m4s5ms")) {
      assertThat(Times.format(Times.parse(text))).isEqualTo(text);
    }
    assertThat(Times.parse("0")).isZero();
    for (String text : List.of("", "5", "-5s", "5 s", "1.5h", "36500d1ms", "s", "1s1m")) {
      assertThatThrownBy(() -> Times.parse(text))
          .hasMessage(
              "'%s' is not a time; write 250ms, 30s, 5m, 1h30m or 2d, at most 36500d", text);
    }
  }

  private static Share share(String name, int base, int weight) {
    return new Share(new CapacityClass(name), base, weight);
  }

  private static List<Share> classes(int count) {
    return IntStream.range(0, count).mapToObj(i -> share("class-" + i, 0, 1)).toList();
  }
}
