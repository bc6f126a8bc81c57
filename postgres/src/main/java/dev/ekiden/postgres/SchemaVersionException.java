package dev.ekiden.postgres;

/** The database's schema is not one that this build can work on; the message says what to do. */
public final class SchemaVersionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String module;

  SchemaVersionException(String module, String message) {
    super(message);
    this.module = module;
  }

  public SchemaVersionException(String module, String message, Throwable cause) {
    super(message, cause);
    this.module = module;
  }

  /** The module whose schema it is. */
  public String module() {
    return module;
  }
}
