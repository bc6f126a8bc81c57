package dev.ekiden.engine;

/** Somebody who was added to the engine, until it is closed. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** Takes them out again; the second call does nothing. */
  @Override
  void close();
}
