package dev.ekiden.server.http;

/** The rules of a listener. Thread-safe. */
public sealed interface AccessPolicy permits ControlAccess, PublicAccess {
  /**
   * Returns when the request may go on.
   *
   * @throws dev.ekiden.server.ProblemException with the reason when it may not
   */
  void admit(JavalinRequest request);
}
