package dev.ekiden.server.config;

/** Another process has the directory; the message names it. */
public final class DirectoryInUseException extends RuntimeException {
  DirectoryInUseException(String message) {
    super(message);
  }
}
