package dev.ekiden.engine;

/**
 * The answer to one {@link JobRequest}.
 *
 * @param id the job
 * @param created false when a UNIQUE key led to a job that existed already
 */
public record Enqueued(long id, boolean created) {}
