package dev.ekiden.calendar.availability;

/** Stored bytes that no encoder of this version wrote; computing the plan again heals them. */
public final class CorruptCalendarException extends RuntimeException {

  public CorruptCalendarException(String message) {
    super(message);
  }

  public CorruptCalendarException(String message, Throwable cause) {
    super(message, cause);
  }
}
