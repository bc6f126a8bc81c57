package dev.ekiden.calendar.availability;

import java.util.Set;

/**
 * What a booking of a plan must look like. All values are minutes except the window, in days.
 * Immutable.
 *
 * <ul>
 *   <li>{@code unitMinutes}: 15, 30 or 60; a booking lasts a multiple of it.
 *   <li>{@code startAlignmentMinutes}: a booking starts a multiple of it after the instant at which
 *       the local day starts; a multiple of 15, 1440 at most.
 *   <li>{@code minimumMinutes}, {@code maximumMinutes}: multiples of the unit, seven days at most.
 *   <li>{@code bufferBeforeMinutes}, {@code bufferAfterMinutes}: 0 to 1440, kept free around a
 *       booking; buffers of two bookings stack.
 *   <li>{@code minimumNoticeMinutes}: a booking starts no earlier than now plus this; 366 days at
 *       most.
 *   <li>{@code bookingWindowDays}: a booking starts no later than on the local date of now plus
 *       this; 0 means today only.
 * </ul>
 */
public record BookingRules(
    int unitMinutes,
    int startAlignmentMinutes,
    int minimumMinutes,
    int maximumMinutes,
    int bufferBeforeMinutes,
    int bufferAfterMinutes,
    int minimumNoticeMinutes,
    int bookingWindowDays) {

  /** The units a plan may have. */
  public static final Set<Integer> UNITS = Set.of(15, 30, 60);

  /** Alignments are multiples of this. */
  public static final int ALIGNMENT_STEP_MINUTES = 15;

  public static final int MAXIMUM_ALIGNMENT_MINUTES = 1440;
  public static final int MAXIMUM_BOOKING_MINUTES = 7 * 1440;
  public static final int MAXIMUM_BUFFER_MINUTES = 1440;
  public static final int MAXIMUM_NOTICE_MINUTES = 366 * 1440;
  public static final int MAXIMUM_WINDOW_DAYS = 730;

  public static final int DEFAULT_UNIT_MINUTES = 60;
  public static final int DEFAULT_MAXIMUM_MINUTES = 1440;
  public static final int DEFAULT_WINDOW_DAYS = 90;

  public BookingRules {
    Checks checks =
        new Checks()
            .that(UNITS.contains(unitMinutes), "unitMinutes", unitMinutes, "must be 15, 30 or 60");
    range(checks, "startAlignmentMinutes", startAlignmentMinutes, MAXIMUM_ALIGNMENT_MINUTES, 15);
    int unit = UNITS.contains(unitMinutes) ? unitMinutes : 1;
    range(checks, "minimumMinutes", minimumMinutes, MAXIMUM_BOOKING_MINUTES, unit);
    range(checks, "maximumMinutes", maximumMinutes, MAXIMUM_BOOKING_MINUTES, unit);
    checks
        .that(
            minimumMinutes <= maximumMinutes,
            "maximumMinutes",
            maximumMinutes,
            "must not be less than the minimum of " + minimumMinutes)
        .range("bufferBeforeMinutes", bufferBeforeMinutes, 0, MAXIMUM_BUFFER_MINUTES)
        .range("bufferAfterMinutes", bufferAfterMinutes, 0, MAXIMUM_BUFFER_MINUTES)
        .range("minimumNoticeMinutes", minimumNoticeMinutes, 0, MAXIMUM_NOTICE_MINUTES)
        .range("bookingWindowDays", bookingWindowDays, 0, MAXIMUM_WINDOW_DAYS)
        .done();
  }

  private static void range(Checks checks, String field, int value, int maximum, int step) {
    checks.that(
        value >= step && value <= maximum && value % step == 0,
        field,
        value,
        "must be a multiple of " + step + " between " + step + " and " + maximum);
  }

  /** The rules of a plan that says nothing but its unit. */
  public static BookingRules ofUnit(int unitMinutes) {
    return builder().unitMinutes(unitMinutes).build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * The calendar's slot: the greatest common divisor of unit and start alignment, so that every
   * allowed start and end lies on a slot's edge. 15, 30 or 60.
   */
  public int slotMinutes() {
    int divisor = unitMinutes;
    int rest = startAlignmentMinutes;
    while (rest != 0) {
      int next = divisor % rest;
      divisor = rest;
      rest = next;
    }
    return divisor;
  }

  /**
   * Sets some rules and leaves the others at their defaults: unit 60; alignment and minimum one
   * unit; maximum one day; no buffers, no notice; a window of 90 days.
   */
  public static final class Builder {
    private int unitMinutes = DEFAULT_UNIT_MINUTES;
    private int startAlignmentMinutes;
    private int minimumMinutes;
    private int maximumMinutes = DEFAULT_MAXIMUM_MINUTES;
    private int bufferBeforeMinutes;
    private int bufferAfterMinutes;
    private int minimumNoticeMinutes;
    private int bookingWindowDays = DEFAULT_WINDOW_DAYS;

    private Builder() {}

    public Builder unitMinutes(int minutes) {
      this.unitMinutes = minutes;
      return this;
    }

    /** 0 stands for one unit. */
    public Builder startAlignmentMinutes(int minutes) {
      this.startAlignmentMinutes = minutes;
      return this;
    }

    /** 0 stands for one unit. */
    public Builder minimumMinutes(int minutes) {
      this.minimumMinutes = minutes;
      return this;
    }

    public Builder maximumMinutes(int minutes) {
      this.maximumMinutes = minutes;
      return this;
    }

    public Builder bufferBeforeMinutes(int minutes) {
      this.bufferBeforeMinutes = minutes;
      return this;
    }

    public Builder bufferAfterMinutes(int minutes) {
      this.bufferAfterMinutes = minutes;
      return this;
    }

    public Builder minimumNoticeMinutes(int minutes) {
      this.minimumNoticeMinutes = minutes;
      return this;
    }

    public Builder bookingWindowDays(int days) {
      this.bookingWindowDays = days;
      return this;
    }

    public BookingRules build() {
      return new BookingRules(
          unitMinutes,
          startAlignmentMinutes == 0 ? unitMinutes : startAlignmentMinutes,
          minimumMinutes == 0 ? unitMinutes : minimumMinutes,
          maximumMinutes,
          bufferBeforeMinutes,
          bufferAfterMinutes,
          minimumNoticeMinutes,
          bookingWindowDays);
    }
  }
}
