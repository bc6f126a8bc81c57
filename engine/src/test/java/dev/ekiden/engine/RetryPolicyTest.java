package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static RetryPolicy policy(double multiplier, double jitter) {
    return new RetryPolicy(10, Duration.ofSeconds(1), multiplier, Duration.ofSeconds(60), jitter);
  }

  @Test
  void delaysGrowUpToTheLongest() {
    RetryPolicy policy = policy(3, 0);
    assertThat(policy.delayAfter(1)).hasSeconds(1);
    assertThat(policy.delayAfter(2)).hasSeconds(3);
    assertThat(policy.delayAfter(4)).hasSeconds(27);
    assertThat(policy.delayAfter(5)).hasSeconds(60);
    assertThat(policy.delayAfter(1_000)).as("no overflow").hasSeconds(60);
  }

  @Test
  void jitterOnlyShortens() {
    RetryPolicy policy = policy(1, 0.5);
    for (int i = 0; i < 1_000; i++) {
      assertThat(policy.delayAfter(1)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }
  }

  @Test
  void countsFailures() {
    assertThat(RetryPolicy.attempts(3).allowsRetryAfter(2)).isTrue();
    assertThat(RetryPolicy.attempts(3).allowsRetryAfter(3)).isFalse();
    assertThat(RetryPolicy.NEVER.allowsRetryAfter(1)).isFalse();
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatThrownBy(() -> RetryPolicy.attempts(0)).hasMessageContaining("1 to 1000");
    assertThat(RetryPolicy.attempts(1_000).maxFailures()).isEqualTo(1_000);
    assertThatThrownBy(() -> RetryPolicy.attempts(1_001)).hasMessageContaining("1001");
    assertThatThrownBy(() -> policy(0.5, 0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> policy(Double.NaN, 0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> policy(1, 1.1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(
            () -> RetryPolicy.DEFAULT.withDelays(Duration.ofHours(2), Duration.ofHours(1)))
        .isInstanceOf(InvalidRequestException.class);
    Duration longest = JobRequest.MAX_DELAY;
    assertThat(RetryPolicy.DEFAULT.withDelays(longest, longest).delayAfter(1))
        .isLessThanOrEqualTo(longest);
    assertThatThrownBy(() -> RetryPolicy.DEFAULT.withDelays(Duration.ZERO, longest.plusNanos(1)))
        .hasMessageContaining("3650 days");
  }

  @Test
  void timeoutsHaveALimit() {
    JobDefinition.Builder<String> job = JobDefinition.named("job", String.class);
    assertThat(job.timeout(JobDefinition.MAX_TIMEOUT).enqueueOnly().timeout())
        .isEqualTo(JobDefinition.MAX_TIMEOUT);
    assertThatThrownBy(() -> job.timeout(JobDefinition.MAX_TIMEOUT.plusNanos(1)))
        .hasMessageContaining("365 days");
    assertThatThrownBy(() -> job.timeout(Duration.ofSeconds(Long.MAX_VALUE)))
        .hasMessageContaining("365 days");
    assertThatThrownBy(() -> job.timeout(Duration.ZERO)).hasMessageContaining("positive");
  }
}
