package dev.ekiden.postgres;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What runs with a connection; the {@link Handle} is good only until {@link #run} returns. */
@FunctionalInterface
public interface TransactionWork<T extends @Nullable Object> {

  /** Runs on the calling thread; an exception rolls the transaction back and is passed on. */
  T run(Handle handle);
}
