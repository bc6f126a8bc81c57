package dev.ekiden.engine;

/** The request is well formed but the present state does not allow it, or two requests collided. */
public final class ConflictException extends EngineException {
  private final boolean retryable;

  public ConflictException(ErrorCode code, String message, boolean retryable) {
    super(code, message);
    this.retryable = retryable;
  }

  public ConflictException(ErrorCode code, String message, boolean retryable, Throwable cause) {
    super(code, message, cause);
    this.retryable = retryable;
  }

  /** Whether the same request may succeed when sent again. */
  public boolean isRetryable() {
    return retryable;
  }
}
