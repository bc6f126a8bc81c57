package dev.ekiden.bench.fleet;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.Jobs;
import dev.ekiden.engine.Page;
import dev.ekiden.engine.RecordedRun;
import dev.ekiden.engine.Usage;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.control.FleetTask;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.simulate.History;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.cli.CommandException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one run.
 *
 * @param from when the first job arrived
 * @param to when the last one had ended
 * @param jobs in the order of their arrivals
 * @param tasks of the fleet that were there at some time of it
 */
record PlayedRun(Instant from, Instant to, List<PlayedJob> jobs, List<FleetTask> tasks) {

  /**
   * A job.
   *
   * @param startedAt when it began for the first time, or the job that it was absorbed by
   */
  record PlayedJob(
      Instant arrivedAt, Instant startedAt, int priority, String definition, boolean absorbed) {
    double waitSeconds() {
      return Math.max(0, Times.seconds(Duration.between(arrivedAt, startedAt)));
    }
  }

  /** Before the first job of a run. */
  record Begin(Instant at, long lastJob) {}

  static Begin begin(DemoContext context) {
    Page<Job> page = context.services().engine().jobs().list(JobFilter.ALL, null, 1);
    return new Begin(
        context.services().clock().instant(),
        page.items().isEmpty() ? 0 : page.items().getFirst().id());
  }

  /** All of it, once its jobs have ended. */
  static PlayedRun of(DemoContext context, String fleet, Begin begin) {
    Engine engine = context.services().engine();
    Map<Long, Job> jobs = new HashMap<>();
    jobsAfter(engine, begin.lastJob()).forEach(job -> jobs.put(job.id(), job));
    Map<Long, Instant> starts = new HashMap<>();
    for (RecordedRun run :
        engine
            .usage()
            .runs(begin.at(), context.services().clock().instant(), null, null, Usage.MAX_RUNS)) {
      starts.merge(run.jobId(), run.startedAt(), (one, other) -> one.isBefore(other) ? one : other);
    }
    List<PlayedJob> played = new ArrayList<>();
    for (Job job : jobs.values()) {
      if (job.finishedAt() != null) {
        played.add(played(job, starts));
      }
    }
    if (played.isEmpty()) {
      throw CommandException.failed("no job ended");
    }
    played.sort(Comparator.comparing(PlayedJob::arrivedAt));
    Instant to =
        jobs.values().stream()
            .map(Job::finishedAt)
            .filter(Objects::nonNull)
            .max(Instant::compareTo)
            .orElseThrow();
    List<FleetTask> tasks =
        context.fleets().tasks(fleet, true, Long.MAX_VALUE, Fleets.MAX_PAGE).stream()
            .filter(task -> task.endedAt() == null || task.endedAt().isAfter(begin.at()))
            .toList();
    return new PlayedRun(played.getFirst().arrivedAt(), to, played, tasks);
  }

  private static PlayedJob played(Job job, Map<Long, Instant> starts) {
    Long into = job.coalescedInto();
    Instant startedAt = starts.get(into == null ? job.id() : into);
    return new PlayedJob(
        job.createdAt(),
        startedAt == null ? Objects.requireNonNull(job.finishedAt()) : startedAt,
        job.priority(),
        job.definition(),
        into != null);
  }

  private static List<Job> jobsAfter(Engine engine, long id) {
    List<Job> found = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      Page<Job> page =
          engine.jobs().list(JobFilter.ALL.withIds(id + 1, Long.MAX_VALUE), cursor, Jobs.MAX_PAGE);
      found.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return found;
  }

  /** When jobs arrived and what they were; how long they ran is not told. */
  History arrivals() {
    return new History(
        jobs.stream()
            .map(job ->
                new History.Entry(
                    Duration.between(from, job.arrivedAt()), 0, job.priority(), job.definition()))
            .toList());
  }

  /** The priorities, the highest first. */
  Set<Integer> priorities() {
    Set<Integer> priorities = new TreeSet<>(Collections.reverseOrder());
    jobs.forEach(job -> priorities.add(job.priority()));
    return priorities;
  }

  double meanWait() {
    return mean(jobs);
  }

  double meanWait(int priority) {
    return mean(jobs.stream().filter(job -> job.priority() == priority).toList());
  }

  private static double mean(List<PlayedJob> some) {
    OptionalDouble mean = some.stream().mapToDouble(PlayedJob::waitSeconds).average();
    return mean.orElse(0);
  }

  /** How long workers were there, all together. */
  double workerSeconds() {
    return tasks.stream().mapToDouble(this::seconds).sum();
  }

  private double seconds(FleetTask task) {
    Instant ready = task.readyAt();
    if (ready == null) {
      return 0;
    }
    Instant begin = ready.isAfter(from) ? ready : from;
    Instant ended = task.endedAt();
    Instant end = ended == null || ended.isAfter(to) ? to : ended;
    return Math.max(0, Times.seconds(Duration.between(begin, end)));
  }

  long reclaimed() {
    return tasks.stream()
        .map(FleetTask::reclaimedAt)
        .filter(Objects::nonNull)
        .filter(at -> at.isAfter(from) && at.isBefore(to))
        .count();
  }

  double seconds() {
    return Times.seconds(Duration.between(from, to));
  }
}
