package dev.ekiden.server.process;

import dev.ekiden.engine.EngineListener;

/** Tells once that a job begins, whoever asks to be told before or after. Thread-safe. */
final class FirstJob implements EngineListener {
  private volatile boolean begun;
  private volatile Runnable told = () -> {};

  /** Whom to tell. */
  void tell(Runnable listener) {
    told = listener;
    if (begun) {
      listener.run();
    }
  }

  @Override
  public void attemptStarted(long jobId, int attempt, String definition, String queue) {
    if (!begun) {
      begun = true;
      told.run();
    }
  }
}
