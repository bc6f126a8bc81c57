package dev.ekiden.server.process;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, to be stopped in reverse. A part that fails to stop does not keep the
 * others from stopping. Thread-safe; the second {@link #close} does nothing.
 */
final class LifeCycle implements AutoCloseable {
  private record Part(String name, AutoCloseable part) {}

  private static final Logger log = LoggerFactory.getLogger(LifeCycle.class);

  private final Deque<Part> parts = new ArrayDeque<>();

  /** Remembers a part that has just started. */
  synchronized <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Part(name, part));
    return part;
  }

  @Override
  public synchronized void close() {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        log.debug("stopping {}", part.name());
        part.part().close();
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        log.warn("{} did not stop cleanly; the rest is stopped all the same", part.name(), e);
      }
    }
  }
}
