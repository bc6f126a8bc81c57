package dev.ekiden.calendar.booking;

/** The reservation may be as it is, but this guest may not change it like that now. */
public final class ChangeRefusedException extends BookingException {

  /** Why not. */
  public enum Why {
    /** It has ended. */
    OVER,
    /** It has begun: only its end can be changed, to a time that is yet to come. */
    BEGUN,
    /** The operator has to approve bookings of the plan; let the operator change it. */
    APPROVAL_REQUIRED,
    /** Canceling would cost a fee by now: it can only be extended. */
    TOO_LATE,
    /** It was changed by somebody else at the same moment; trying again may succeed. */
    CHANGED_MEANWHILE
  }

  private final long reservationId;
  private final Why why;

  ChangeRefusedException(long reservationId, Why why, String message) {
    super(message);
    this.reservationId = reservationId;
    this.why = why;
  }

  public long reservationId() {
    return reservationId;
  }

  public Why why() {
    return why;
  }
}
