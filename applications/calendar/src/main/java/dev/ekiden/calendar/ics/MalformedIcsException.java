package dev.ekiden.calendar.ics;

/**
 * A text that is no iCalendar, is cut off, or is beyond {@link IcsLimits}; nothing was imported.
 */
public final class MalformedIcsException extends RuntimeException {

  MalformedIcsException(String message) {
    super(message);
  }
}
