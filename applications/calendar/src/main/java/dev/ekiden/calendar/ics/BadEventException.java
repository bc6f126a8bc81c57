package dev.ekiden.calendar.ics;

/** What is wrong with an event; never leaves this package. */
final class BadEventException extends RuntimeException {

  private final String property;
  private final String value;
  private final String reason;

  /**
   * @param property the property that is wrong
   * @param value as it stands there, empty if it is missing
   */
  BadEventException(String property, String value, String reason) {
    super(property + " '" + value + "': " + reason, null, false, false);
    this.property = property;
    this.value = value;
    this.reason = reason;
  }

  String property() {
    return property;
  }

  String value() {
    return value;
  }

  String reason() {
    return reason;
  }
}
