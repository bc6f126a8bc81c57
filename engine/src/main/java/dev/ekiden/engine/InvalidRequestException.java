package dev.ekiden.engine;

/** The request can never succeed as it is; the message says what was wrong and what is allowed. */
public final class InvalidRequestException extends EngineException {
  public InvalidRequestException(ErrorCode code, String message) {
    super(code, message);
  }

  public InvalidRequestException(ErrorCode code, String message, Throwable cause) {
    super(code, message, cause);
  }
}
