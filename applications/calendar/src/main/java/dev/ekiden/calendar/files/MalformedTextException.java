package dev.ekiden.calendar.files;

import java.io.IOException;

/** Bytes that are no text in the encoding expected. */
final class MalformedTextException extends IOException {

  private final long line;

  MalformedTextException(long line, String reason) {
    super(reason);
    this.line = line;
  }

  /** Where, counted from 1. */
  long line() {
    return line;
  }
}
