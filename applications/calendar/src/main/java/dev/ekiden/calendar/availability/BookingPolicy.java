package dev.ekiden.calendar.availability;

/**
 * What holds for reservations of a plan once they are made. Immutable.
 *
 * @param approvalMinutes how long a request waits for the operator's answer before it expires; 0 if
 *     bookings need no approval
 * @param freeCancelMinutes until how long before the start a guest cancels free of charge
 * @param cancelFeePercent part of the price that a guest pays for canceling later
 */
public record BookingPolicy(int approvalMinutes, int freeCancelMinutes, int cancelFeePercent) {

  /** The longest that a request may wait: thirty days. */
  public static final int MAXIMUM_APPROVAL_MINUTES = 30 * 1440;

  public static final int MAXIMUM_FREE_CANCEL_MINUTES = 366 * 1440;

  /** No approval, and canceling is free. */
  public static final BookingPolicy DEFAULT = new BookingPolicy(0, 0, 0);

  public BookingPolicy {
    new Checks()
        .range("approvalMinutes", approvalMinutes, 0, MAXIMUM_APPROVAL_MINUTES)
        .range("freeCancelMinutes", freeCancelMinutes, 0, MAXIMUM_FREE_CANCEL_MINUTES)
        .range("cancelFeePercent", cancelFeePercent, 0, 100)
        .done();
  }

  /** Whether the operator has to approve a booking. */
  public boolean needsApproval() {
    return approvalMinutes > 0;
  }
}
