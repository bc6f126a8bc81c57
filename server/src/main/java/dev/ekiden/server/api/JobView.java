package dev.ekiden.server.api;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.ekiden.engine.Attempt;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobEvent;
import dev.ekiden.engine.JobLinks;
import dev.ekiden.engine.JobState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs as the API shows them. */
final class JobView {
  private JobView() {}

  /** What lists show. */
  record Summary(
      String id,
      String definition,
      String queue,
      JobState state,
      String batchState,
      int priority,
      @Nullable String key,
      Job.@Nullable KeyKind keyKind,
      Instant createdAt,
      @Nullable Instant runAt,
      int attempt,
      int failures,
      int losses,
      Job.@Nullable BlockedReason blocked,
      @Nullable String blocker,
      @Nullable String worker,
      @Nullable Instant claimedAt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable String errorType,
      @Nullable String coalescedInto,
      @Nullable String group,
      @Nullable Instant startBefore,
      @Nullable String cloneOf,
      @Nullable String parent,
      @Nullable Integer arrayIndex) {

    static Summary of(Job job) {
      return new Summary(
          Long.toString(job.id()),
          job.definition(),
          job.queue(),
          job.state(),
          JobView.batchState(job),
          job.priority(),
          job.key(),
          job.keyKind(),
          job.createdAt(),
          job.runAt(),
          job.attempt(),
          job.failures(),
          job.losses(),
          job.blocked(),
          JobView.id(job.blocker()),
          JobView.id(job.worker()),
          job.claimedAt(),
          job.startedAt(),
          job.finishedAt(),
          job.errorType(),
          JobView.id(job.coalescedInto()),
          job.group(),
          job.startBefore(),
          JobView.id(job.cloneOf()),
          JobView.id(job.parent()),
          job.arrayIndex());
    }
  }

  /** Everything about one job. */
  record Detail(
      @JsonUnwrapped Summary summary,
      @JsonRawValue String payload,
      @JsonRawValue @Nullable String result,
      @Nullable String error,
      List<AttemptView> attempts,
      LinksView links) {

    static Detail of(Job job, List<Attempt> attempts, JobLinks links) {
      List<AttemptView> views = new ArrayList<>();
      Instant queued = job.createdAt();
      for (Attempt attempt : attempts) {
        views.add(AttemptView.of(attempt, queued));
        queued = attempt.endedAt() == null ? queued : attempt.endedAt();
      }
      return new Detail(
          Summary.of(job), job.payload(), job.result(), job.error(), views, LinksView.of(links));
    }
  }

  /** Other jobs. */
  record LinksView(
      List<String> clones,
      List<String> waitsFor,
      List<String> waitedForBy,
      JobLinks.@Nullable Children children) {

    static LinksView of(JobLinks links) {
      return new LinksView(
          ids(links.clones()), ids(links.waitsFor()), ids(links.waitedForBy()), links.children());
    }

    private static List<String> ids(List<Long> ids) {
      return ids.stream().map(id -> Long.toString(id)).toList();
    }
  }

  /** One attempt. */
  record AttemptView(
      int number,
      Attempt.@Nullable Outcome outcome,
      String worker,
      Instant queuedAt,
      Instant claimedAt,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String errorType,
      @Nullable String error) {

    static AttemptView of(Attempt attempt, Instant queued) {
      return new AttemptView(
          attempt.number(),
          attempt.outcome(),
          Long.toString(attempt.worker()),
          queued,
          attempt.claimedAt(),
          attempt.startedAt(),
          attempt.endedAt(),
          attempt.errorType(),
          attempt.error());
    }
  }

  /** One moment of a job's life. */
  record EventView(
      JobEvent.Kind kind,
      String batchState,
      Instant at,
      @Nullable Integer attempt,
      @Nullable String worker,
      @Nullable String reason) {

    static EventView of(JobEvent event) {
      return new EventView(
          event.kind(),
          JobView.batchState(event.kind()),
          event.at(),
          event.attempt() == 0 ? null : event.attempt(),
          JobView.id(event.worker()),
          event.reason());
    }
  }

  /** A page of jobs. */
  record Listing(List<Summary> items, @Nullable String next, @Nullable Instant searchedBackTo) {}

  /** A page of a listing. */
  record Items<T>(List<T> items, @Nullable String next) {
    static <T> Items<T> of(List<T> items) {
      return new Items<>(items, null);
    }
  }

  static @Nullable String id(@Nullable Long id) {
    return id == null ? null : Long.toString(id);
  }

  /** The state in the words of AWS Batch. */
  static String batchState(Job job) {
    return switch (job.state()) {
      case SCHEDULED, BLOCKED -> "PENDING";
      case READY -> "RUNNABLE";
      case RUNNING -> job.startedAt() == null ? "STARTING" : "RUNNING";
      case SUCCEEDED -> "SUCCEEDED";
      case FAILED, CANCELED -> "FAILED";
    };
  }

  /** The state that an event leads to, in the words of AWS Batch. */
  static String batchState(JobEvent.Kind kind) {
    return switch (kind) {
      case ENQUEUED -> "SUBMITTED";
      case CLAIMED -> "STARTING";
      case STARTED -> "RUNNING";
      case RETRIED -> "PENDING";
      case RETURNED, LOST -> "RUNNABLE";
      case SUCCEEDED -> "SUCCEEDED";
      case FAILED, CANCELED -> "FAILED";
    };
  }
}
