package dev.ekiden.calendar.availability;

/**
 * One way to rent a space, for its whole life: rules, hours, prices and policy.
 *
 * <p>{@code rentableHours} (貸出可能時間) narrow the space's business hours; {@link WeeklyHours#NONE}
 * narrows nothing. {@code id} is 0 until stored. Immutable.
 */
public record Plan(
    long id,
    String code,
    long spaceId,
    String name,
    boolean published,
    BookingRules rules,
    WeeklyHours rentableHours,
    PriceList prices,
    BookingPolicy policy,
    long version) {

  /** With the default policy. */
  public Plan(
      long id,
      String code,
      long spaceId,
      String name,
      boolean published,
      BookingRules rules,
      WeeklyHours rentableHours,
      PriceList prices,
      long version) {
    this(
        id,
        code,
        spaceId,
        name,
        published,
        rules,
        rentableHours,
        prices,
        BookingPolicy.DEFAULT,
        version);
  }

  public Plan {
    new Checks()
        .notNegative("id", id)
        .code("code", code)
        .notNegative("spaceId", spaceId)
        .name("name", name)
        .notNegative("version", version)
        .done();
  }
}
