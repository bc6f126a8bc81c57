package dev.ekiden.server.http;

/** A listener could not have its port; the message says who has it and what to do. */
public final class PortInUseException extends RuntimeException {
  public PortInUseException(String message, Throwable cause) {
    super(message, cause);
  }
}
