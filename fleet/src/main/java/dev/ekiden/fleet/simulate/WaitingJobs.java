package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.Demand.Waiting;
import dev.ekiden.fleet.RunTimes;
import java.util.ArrayList;
import java.util.List;

/** The jobs that wait, by priority, and what is known of the work in them. */
final class WaitingJobs {
  private final Workload workload;
  private final RunTimes[] runTimes;
  private final IntDeque[] queues = new IntDeque[JobKind.MAX_PRIORITY + 1];
  private final long[] byKind;
  private final int[] priorities;
  private int count;

  WaitingJobs(Workload workload, RunTimes[] runTimes) {
    this.workload = workload;
    this.runTimes = runTimes;
    this.byKind = new long[runTimes.length];
    this.priorities = workload.kinds().stream().mapToInt(JobKind::priority).toArray();
    for (int i = 0; i < queues.length; i++) {
      queues[i] = new IntDeque();
    }
  }

  int count() {
    return count;
  }

  void add(int job) {
    queues[counted(job, 1)].addLast(job);
  }

  /** A job whose attempt was lost goes first. */
  void addFirst(int job) {
    queues[counted(job, 1)].addFirst(job);
  }

  /** The next job by priority; there must be one. */
  int poll() {
    for (int priority = JobKind.MAX_PRIORITY; priority >= 0; priority--) {
      if (queues[priority].size() > 0) {
        int job = queues[priority].poll();
        counted(job, -1);
        return job;
      }
    }
    throw new IllegalStateException("no job waits");
  }

  /** What waits, as a fleet observes it. */
  List<Waiting> observe(long now) {
    List<Waiting> levels = new ArrayList<>();
    for (int priority = JobKind.MAX_PRIORITY; priority >= 0; priority--) {
      IntDeque queue = queues[priority];
      if (queue.size() > 0) {
        long age = now - workload.arrivalMicros(queue.first());
        levels.add(new Waiting(priority, queue.size(), Workload.time(age), work(priority)));
      }
    }
    return levels;
  }

  private double work(int priority) {
    double seconds = 0;
    for (int kind = 0; kind < byKind.length; kind++) {
      if (priorities[kind] == priority) {
        seconds += byKind[kind] * runTimes[kind].meanSeconds();
      }
    }
    return seconds;
  }

  private int counted(int job, int change) {
    int kind = workload.kind(job);
    byKind[kind] += change;
    count += change;
    return priorities[kind];
  }
}
