package dev.ekiden.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final AtomicLong nanos = new AtomicLong(-5);
  private final Pace pace = new Pace(Duration.ofNanos(100), 10, nanos::get);

  private void take(long time) {
    pace.run(() -> nanos.addAndGet(time));
  }

  @Test
  void whatIsQuickIsDueAtOnce() {
    assertThat(pace.isDue()).as("the first time").isTrue();
    take(100);
    assertThat(pace.isDue()).isTrue();
  }

  @Test
  void whatIsSlowRestsTenTimesAsLong() {
    take(101);
    assertThat(pace.untilDue()).isEqualTo(1_010);
    nanos.addAndGet(1_009);
    assertThat(pace.isDue()).isFalse();
    nanos.addAndGet(1);
    assertThat(pace.isDue()).isTrue();
  }

  @Test
  void whatFailsTookItsTimeToo() {
    assertThatThrownBy(() ->
            pace.run(() -> {
              nanos.addAndGet(200);
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");
    assertThat(pace.untilDue()).isEqualTo(2_000);
  }
}
