package dev.ekiden.calendar.files;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The kinds of CSV file, in the order they are imported. The first line names the columns, in any
 * order; entities are named by their codes.
 *
 * <p>A column that may be left out and is, keeps what is stored; an empty cell means the default.
 * Rows add and change, they never remove.
 */
@SuppressWarnings("ImmutableEnumChecker") // The lists are List.of, which nothing can change.
public enum CalendarFile {
  /** {@code holiday_calendar} defaults to {@code none}. */
  VENUES("venues.csv", List.of("code", "name", "zone"), List.of("holiday_calendar")),

  /**
   * {@code resources}: what a booking takes, separated by spaces, each {@code CODE} or {@code
   * CODE:UNITS}; the resource has at least so many units, one if none are named. Spaces with a
   * resource in common compete for its units. By default a space uses a resource of its own code.
   * {@code capacity}: how many people it holds, 0 if nobody says.
   */
  SPACES("spaces.csv", List.of("code", "venue", "name"), List.of("resources", "capacity")),

  /** As in {@code BookingRules} and {@code BookingPolicy}, whose defaults hold. */
  PLANS(
      "plans.csv",
      List.of("code", "space", "name"),
      List.of(
          "published",
          "unit_minutes",
          "start_alignment_minutes",
          "minimum_minutes",
          "maximum_minutes",
          "buffer_before_minutes",
          "buffer_after_minutes",
          "minimum_notice_minutes",
          "booking_window_days",
          "approval_minutes",
          "free_cancel_minutes",
          "cancel_fee_percent")),

  /**
   * Either a {@code space} and its business hours, or a {@code plan} and its rentable hours, in the
   * notation {@code mon-fri 09:00-18:00; sat,hol 22:00-26:00}.
   */
  HOURS("hours.csv", List.of("hours"), List.of("space", "plan")),

  /** Dates, both included; {@code hours} as above or {@code closed}. */
  SPECIAL_PERIODS(
      "special_periods.csv", List.of("space", "from", "to", "name", "hours"), List.of()),

  /** Dates, both included, or local times such as {@code 2026-12-29T10:00}, the end excluded. */
  CLOSURES("closures.csv", List.of("space", "from", "to"), List.of("reason")),

  /** {@code prices} in the notation {@code mon-fri 09:00-18:00 2000; sat,sun,hol 3000}. */
  PRICES(
      "prices.csv",
      List.of("plan", "prices"),
      List.of("currency", "day_price", "minimum_amount", "tax_percent", "tax_included")),

  /**
   * Times with an offset, such as {@code 2026-11-21T10:00+09:00}, or on the venue's clock without;
   * {@code state} is {@code confirmed} (the default) or {@code canceled}; {@code total} what the
   * guest pays.
   */
  RESERVATIONS(
      "reservations.csv", List.of("code", "plan", "start", "end"), List.of("state", "total"));

  private final String fileName;
  private final List<String> required;
  private final List<String> optional;

  CalendarFile(String fileName, List<String> required, List<String> optional) {
    this.fileName = fileName;
    this.required = required;
    this.optional = optional;
  }

  public String fileName() {
    return fileName;
  }

  /** Columns that a file must have. */
  public List<String> required() {
    return required;
  }

  /** Columns that a file may have. */
  public List<String> optional() {
    return optional;
  }

  boolean has(String column) {
    return required.contains(column) || optional.contains(column);
  }

  /** The kind that a file of this name is. */
  public static Optional<CalendarFile> of(Path path) {
    Path name = path.getFileName();
    return Arrays.stream(values())
        .filter(file -> name != null && file.fileName.equals(name.toString()))
        .findFirst();
  }
}
