package dev.ekiden.engine;

/** The engine refused or could not do what was asked; {@link #code} is stable. */
public abstract sealed class EngineException extends RuntimeException
    permits InvalidRequestException, NotFoundException, ConflictException {
  private final ErrorCode code;

  EngineException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  EngineException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** What kind of mistake or situation this is. */
  public ErrorCode code() {
    return code;
  }
}
