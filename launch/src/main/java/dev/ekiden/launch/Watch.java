package dev.ekiden.launch;

/** A running watch over tasks; closing it ends the telling. */
public interface Watch extends AutoCloseable {

  /** Ends the watch; when this returns, nothing more is told, unless called by the teller. */
  @Override
  void close();
}
