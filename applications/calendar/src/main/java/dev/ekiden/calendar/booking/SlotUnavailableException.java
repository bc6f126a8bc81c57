package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.availability.Explanation;
import dev.ekiden.calendar.availability.Unavailable;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** The time cannot be booked by this plan, for the reasons given. */
public final class SlotUnavailableException extends BookingException {

  private final long planId;
  private final transient List<Explanation.Reason> reasons;

  SlotUnavailableException(
      long planId, Instant start, Instant end, List<Explanation.Reason> reasons) {
    super(
        "Plan %d cannot be booked from %s to %s: %s"
            .formatted(
                planId,
                start,
                end,
                reasons.stream()
                    .map(reason -> reason.code() + " (" + reason.detail() + ")")
                    .collect(Collectors.joining(", "))));
    this.planId = planId;
    this.reasons = List.copyOf(reasons);
  }

  public long planId() {
    return planId;
  }

  /** Never empty. */
  public List<Explanation.Reason> reasons() {
    return reasons;
  }

  public List<Unavailable> codes() {
    return reasons.stream().map(Explanation.Reason::code).toList();
  }
}
