package dev.ekiden.engine;

import org.jspecify.annotations.Nullable;

/** One job of a batch. Used by the batch's thread only. */
public final class BatchItem<P> {
  private final P payload;
  private final JobContext context;
  private @Nullable Object result;
  private @Nullable Throwable failure;

  BatchItem(P payload, JobContext context) {
    this.payload = payload;
    this.context = context;
  }

  public P payload() {
    return payload;
  }

  public JobContext context() {
    return context;
  }

  /** Fails this job alone; the others of the batch are not touched. */
  public void fail(Throwable cause) {
    failure = cause;
  }

  /** Keeps a result with this job. */
  public void result(Object value) {
    result = value;
  }

  @Nullable Object result() {
    return result;
  }

  @Nullable Throwable failure() {
    return failure;
  }
}
