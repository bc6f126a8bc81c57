package dev.ekiden.fleet.command;

/** A secret is not where its definition says; the message says where that is. */
final class UnavailableSecretException extends RuntimeException {
  UnavailableSecretException(String message) {
    super(message);
  }
}
