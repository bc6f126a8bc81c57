package dev.ekiden.fleet.command;

/** A job's parameters do not fit its definition; the message says which and what is allowed. */
public final class InvalidParameterException extends RuntimeException {
  private final String parameter;

  InvalidParameterException(String parameter, String message) {
    super(message);
    this.parameter = parameter;
  }

  /** The parameter; empty if the payload as a whole is wrong. */
  public String parameter() {
    return parameter;
  }
}
