package dev.ekiden.engine;

import dev.ekiden.engine.store.CheckpointTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.CompletionTable;
import dev.ekiden.engine.store.CompletionTable.Refusal;
import dev.ekiden.engine.store.JobTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.postgres.Database;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What running attempts read and write of their own. Thread-safe. */
final class AttemptStore {
  private final Database database;
  private volatile @Nullable String identity;

  AttemptStore(Database database) {
    this.database = database;
  }

  /** Learns which database this is, before a handler may hold the only connection. */
  void prepare() {
    if (identity == null) {
      identity = database.withHandle(CompletionTable::identity).orElse(null);
    }
  }

  /** Keeps a state of a job; false if the attempt does not run any more. */
  boolean checkpoint(ClaimedJob job, byte[] data) {
    return database.inTransaction(handle -> CheckpointTable.save(handle, job.ref(), data));
  }

  /** The state of a job that was kept last. */
  Optional<byte[]> checkpoint(ClaimedJob job) {
    return database.withHandle(handle -> CheckpointTable.find(handle, job.id()));
  }

  /** Whether the job is still this attempt's. */
  boolean isCurrent(ClaimedJob job) {
    return database.withHandle(
        handle -> !SettleTable.stillRunning(handle, List.of(job.ref())).isEmpty());
  }

  /** The place of a job among the children of its array job, if it is one. */
  Optional<Integer> arrayIndex(ClaimedJob job) {
    return database.withHandle(handle -> JobTable.find(handle, job.id())).map(Job::arrayIndex);
  }

  /** Completes an attempt in a transaction of its handler; answers why not if it cannot be. */
  Optional<Refusal> complete(ClaimedJob job, Connection connection, @Nullable String result) {
    return database.joined(
        connection,
        handle -> {
          String here = CompletionTable.identity(handle).orElse(null);
          if (here == null || !here.equals(identity)) {
            throw new InvalidRequestException(
                ErrorCode.INVALID_OPTION,
                "the connection belongs to another database than the engine's: an effect there"
                    + " cannot commit together with the end of the job");
          }
          if (job.groupId() != 0 && !CompletionTable.isReadCommitted(handle)) {
            throw new InvalidRequestException(
                ErrorCode.INVALID_OPTION,
                "a job of a group can be completed in a READ COMMITTED transaction only");
          }
          return CompletionTable.complete(handle, job.ref(), job.groupId(), result);
        });
  }
}
