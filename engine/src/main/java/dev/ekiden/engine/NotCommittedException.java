package dev.ekiden.engine;

/**
 * What a job fails with whose handler called {@link JobContext#completeIn} and returned although
 * that transaction was not committed.
 */
public final class NotCommittedException extends RuntimeException {
  NotCommittedException() {
    super("completeIn was called, but the handler returned and its transaction has not committed");
  }
}
