package dev.ekiden.postgres;

/** What a {@link Listener} calls back, on its own thread: return quickly, or others wait. */
public interface Notifications {

  /** A notification arrived; the payload is empty when none was sent. */
  void received(String channel, String payload);

  /**
   * Listening has begun, the first time or again after a lost connection. What was notified before
   * is not delivered, so look once at what may have changed.
   */
  void connected();
}
