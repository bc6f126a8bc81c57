package dev.ekiden.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Remembers what a watch told. */
public final class Changes implements Consumer<TaskStatus> {

  private final List<TaskStatus> told = new ArrayList<>();

  @Override
  public synchronized void accept(TaskStatus status) {
    told.add(status);
    notifyAll();
  }

  public synchronized List<TaskStatus> of(TaskId id) {
    return told.stream().filter(status -> status.id().equals(id)).toList();
  }

  /** Waits until something of the kind was told of the task. */
  public synchronized TaskStatus await(TaskId id, Predicate<TaskStatus> wanted) {
    long deadline = System.nanoTime() + Tasks.PATIENCE.toNanos();
    while (true) {
      for (TaskStatus status : told) {
        if (status.id().equals(id) && wanted.test(status)) {
          return status;
        }
      }
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new AssertionError("Was told only: " + told);
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
