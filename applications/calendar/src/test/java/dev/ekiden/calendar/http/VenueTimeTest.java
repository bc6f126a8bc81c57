package dev.ekiden.calendar.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.server.ProblemException;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

final class VenueTimeTest {
  private final VenueTime times = new VenueTime(ZoneId.of("America/New_York"));

  @Test
  void timesAreReadWithAnOffsetOrOnTheVenuesClock() {
    Instant noon = Instant.parse("2026-12-24T17:00:00Z");
    assertThat(times.parse("2026-12-24T17:00:00Z", "start")).isEqualTo(noon);
    assertThat(times.parse("2026-12-25T02:00+09:00", "start")).isEqualTo(noon);
    assertThat(times.parse("2026-12-24T12:00", "start")).isEqualTo(noon);
    assertThat(times.text(noon)).isEqualTo("2026-12-24T12:00:00-05:00");
  }

  @Test
  void aTimeThatTheClockNeverShowsIsRefused() {
    assertThatThrownBy(() -> times.parse("2026-03-08T02:30", "start"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("put forward");
    assertThat(times.parse("2026-03-08T03:00", "start"))
        .isEqualTo(Instant.parse("2026-03-08T07:00:00Z"));
  }

  @Test
  void aTimeThatTheClockShowsTwiceNeedsItsOffset() {
    assertThatThrownBy(() -> times.parse("2026-11-01T01:30", "end"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("twice, with -04:00 and -05:00");
    assertThat(times.parse("2026-11-01T01:30-05:00", "end"))
        .isEqualTo(Instant.parse("2026-11-01T06:30:00Z"));
  }
}
