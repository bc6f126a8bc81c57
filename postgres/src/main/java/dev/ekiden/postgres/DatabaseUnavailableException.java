package dev.ekiden.postgres;

/** No connection could be made when a {@link Database} was opened. */
public final class DatabaseUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient DatabaseAddress address;

  DatabaseUnavailableException(DatabaseAddress address, Throwable cause) {
    super("Cannot connect to " + address + ": " + innermost(cause).getMessage(), cause);
    this.address = address;
  }

  public DatabaseAddress address() {
    return address;
  }

  private static Throwable innermost(Throwable thrown) {
    Throwable innermost = thrown;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    return innermost;
  }
}
