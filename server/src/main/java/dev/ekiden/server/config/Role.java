package dev.ekiden.server.config;

/** What a process does. */
public enum Role {
  /** Everything, with an embedded PostgreSQL unless a database is given. */
  UP,
  /** Everything on a given database. */
  SERVER,
  /** Runs jobs only. */
  WORKER,
  /** Brings the database to this build's version and ends. */
  MIGRATE,
  /** {@link #UP} on a fresh directory, for as long as the demonstrations take. */
  DEMO
}
