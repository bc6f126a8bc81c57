package dev.ekiden.engine;

/** What the request names does not exist. */
public final class NotFoundException extends EngineException {
  public NotFoundException(ErrorCode code, String message) {
    super(code, message);
  }
}
