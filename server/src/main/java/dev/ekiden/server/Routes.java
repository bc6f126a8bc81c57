package dev.ekiden.server;

/**
 * Collects the routes of a listener. A path is {@code /} and segments, a segment in braces is a
 * parameter: {@code /plans/{plan}/days}. A last segment in angle brackets is the rest of the path,
 * with its slashes: {@code /booking/<path>}.
 */
public interface Routes {
  void get(String path, Handler handler);

  void post(String path, Handler handler);

  void put(String path, Handler handler);

  void delete(String path, Handler handler);

  /** Answers requests; called on a virtual thread, may block, must be thread-safe. */
  @FunctionalInterface
  interface Handler {
    /**
     * Answers one request.
     *
     * @throws ProblemException to answer with that problem; the engine's exceptions and a database
     *     that is away have problems of their own, anything else becomes status 500
     */
    Response handle(Request request) throws Exception;
  }
}
