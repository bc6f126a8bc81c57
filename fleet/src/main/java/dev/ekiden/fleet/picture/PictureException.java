package dev.ekiden.fleet.picture;

/** A picture cannot be made on this machine; the message says what helps. */
public final class PictureException extends RuntimeException {
  public PictureException(String message, Throwable cause) {
    super(message, cause);
  }
}
