package dev.ekiden.server.cli;

/** How data is printed. */
public enum Output {
  /** Columns for people. */
  table,
  /** What the server answered, indented. */
  json,
  /** One JSON object a line. */
  jsonl
}
