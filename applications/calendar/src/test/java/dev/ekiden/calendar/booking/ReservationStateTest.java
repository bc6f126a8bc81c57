package dev.ekiden.calendar.booking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.booking.ReservationState.Event;
import dev.ekiden.calendar.booking.ReservationState.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReservationStateTest {

  @Test
  void theLifeOfAReservation() {
    assertThat(
            ReservationState.TRANSITIONS.stream()
                .filter(transition -> transition.from() != transition.to())
                .map(arrow -> arrow.from() + " " + arrow.event() + " " + arrow.to())
                .collect(Collectors.toList()))
        .containsExactly(
            "HELD CONFIRM CONFIRMED",
            "HELD REQUEST REQUESTED",
            "HELD EXPIRE EXPIRED",
            "HELD CANCEL CANCELED",
            "REQUESTED APPROVE CONFIRMED",
            "REQUESTED REJECT REJECTED",
            "REQUESTED EXPIRE EXPIRED",
            "REQUESTED CANCEL CANCELED",
            "CONFIRMED CANCEL CANCELED");
  }

  @Test
  void everyStateAndEventHasOneOutcomeOrNone() {
    assertThat(new HashSet<>(ReservationState.TRANSITIONS))
        .hasSize(ReservationState.TRANSITIONS.size());
    for (ReservationState state : ReservationState.values()) {
      for (Event event : Event.values()) {
        assertThat(
                ReservationState.TRANSITIONS.stream()
                    .filter(arrow -> arrow.from() == state && arrow.event() == event)
                    .map(Transition::to)
                    .toList())
            .isEqualTo(state.after(event).stream().toList());
      }
    }
  }

  @Test
  void whatIsOverStaysOver() {
    for (ReservationState state : ReservationState.values()) {
      if (!state.occupies()) {
        for (Event event : Event.values()) {
          assertThat(state.after(event).orElse(state)).isEqualTo(state);
        }
      }
    }
    assertThat(ReservationState.CONFIRMED.after(Event.EXPIRE)).isEmpty();
  }

  /** The README draws what the table says. */
  @Test
  void thePictureShowsEveryArrow() throws IOException {
    StringBuilder picture = new StringBuilder("stateDiagram-v2\n  [*] --> HELD: HOLD\n");
    for (Transition arrow : ReservationState.TRANSITIONS) {
      if (arrow.from() != arrow.to() || arrow.event() == Event.CHANGE) {
        picture.append("  %s --> %s: %s\n".formatted(arrow.from(), arrow.to(), arrow.event()));
      }
    }
    assertThat(Files.readString(Path.of("README.md"))).contains(picture);
  }

  @Test
  void whatTimeEndsIsWhatExpires() {
    for (ReservationState state : ReservationState.values()) {
      assertThat(state.after(Event.EXPIRE).isPresent()).isEqualTo(state.expires());
    }
  }
}
