package dev.ekiden.calendar.ics;

/** What is wrong with an event; never leaves this package. */
final class BadEventException extends RuntimeException {

  private final String property;
  private final String value;
  private final String reason;
  private final int line;

  /**
   * @param property the property that is wrong
   * @param value as it stands there, empty if it is missing
   */
  BadEventException(String property, String value, String reason) {
    this(property, value, reason, 0);
  }

  private BadEventException(String property, String value, String reason, int line) {
    super(property + " '" + value + "': " + reason, null, false, false);
    this.line = line;
    this.property = property;
    this.value = value;
    this.reason = reason;
  }

  /** The same, of an event that begins in this line. */
  BadEventException at(int eventLine) {
    return new BadEventException(property, value, reason, eventLine);
  }

  /** Where the event begins, counted from 1; 0 if nobody said. */
  int line() {
    return line;
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
