package dev.ekiden.engine;

import java.sql.Connection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** An open transaction of {@link Engine#transaction}. Good on its thread until the work returns. */
public interface EngineTransaction {
  /** Work that is done in one transaction. */
  @FunctionalInterface
  interface Work<T> {
    T run(EngineTransaction transaction);
  }

  /** The transaction's connection, for the caller's own statements. */
  Connection connection();

  /** The same as a Jdbi handle. */
  Handle handle();

  /** Enqueues jobs that exist if and when the transaction commits. */
  List<Enqueued> enqueue(List<JobRequest> requests);

  /** Enqueues an array job; answers its parent. */
  Enqueued enqueueArray(ArrayRequest request);
}
