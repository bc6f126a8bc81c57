package dev.ekiden.embedded;

/** Another program has the port on which the server was to listen. */
final class PortInUseException extends EmbeddedPostgresException {
  private static final long serialVersionUID = 1L;

  PortInUseException(int port) {
    super(
        "Port %d of 127.0.0.1 is in use by another program: stop that one or choose another port"
            .formatted(port));
  }
}
