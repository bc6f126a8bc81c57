package dev.ekiden.engine;

/** What a handler can know and do about its own attempt. Safe to use from several threads. */
public interface JobContext {
  /** Id of the job. */
  long jobId();

  /** Number of this start of the job, from 1; grows with every start and fences older ones. */
  int attempt();

  /** Failures before this attempt. */
  int failures();

  /** Name of the job's definition. */
  String definition();

  /** Name of the queue the job came from. */
  String queue();

  /**
   * Keeps a line with the attempt. Lines become visible within about a second; beyond {@link
   * Engine#MAX_LOG_BYTES} per attempt the middle is dropped and marked.
   */
  void log(String line);

  /** {@link #log(String)} with {@link String#formatted}. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of every user
  default void log(String format, Object... arguments) {
    log(format.formatted(arguments));
  }

  /**
   * True once somebody asked to cancel the job or its time ran out; the thread is interrupted too.
   */
  boolean isStopRequested();
}
