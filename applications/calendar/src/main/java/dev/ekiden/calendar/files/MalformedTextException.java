package dev.ekiden.calendar.files;

import java.io.IOException;

/** Bytes that are no text in the encoding expected. */
final class MalformedTextException extends IOException {

  private final long line;
  private final String reason;

  MalformedTextException(long line, String reason) {
    super(reason);
    this.line = line;
    this.reason = reason;
  }

  /** Where, counted from 1. */
  long line() {
    return line;
  }

  /** What is wrong, and what to do. */
  String reason() {
    return reason;
  }
}
