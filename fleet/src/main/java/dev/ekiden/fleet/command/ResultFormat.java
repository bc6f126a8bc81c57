package dev.ekiden.fleet.command;

/** What a result file holds. */
public enum ResultFormat {
  /** JSON if it is, else text if it is UTF-8, else bytes. */
  AUTO,
  /** JSON, or the attempt fails. */
  JSON,
  /** UTF-8 text, or the attempt fails. */
  TEXT,
  /** Any bytes, kept as {@code {"base64": …}}. */
  BYTES
}
