package dev.ekiden.calendar.booking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.booking.ReservationState.Event;
import dev.ekiden.calendar.booking.ReservationState.Transition;
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
            "HELD EXPIRE EXPIRED",
            "HELD CANCEL CANCELED",
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
    assertThat(ReservationState.EXPIRED.after(Event.CONFIRM)).isEmpty();
    assertThat(ReservationState.EXPIRED.after(Event.CANCEL)).isEmpty();
    assertThat(ReservationState.CANCELED.after(Event.CONFIRM)).isEmpty();
    assertThat(ReservationState.CONFIRMED.after(Event.EXPIRE)).isEmpty();
  }
}
