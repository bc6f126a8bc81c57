package dev.ekiden.engine;

import dev.ekiden.engine.Explanation.Reason;
import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.JobTable;
import dev.ekiden.engine.store.LimitTable.Rule;
import dev.ekiden.engine.store.WhyTable;
import dev.ekiden.engine.store.WhyTable.Full;
import dev.ekiden.engine.store.WhyTable.KeyStanding;
import dev.ekiden.engine.store.WhyTable.Subject;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why jobs stand where they stand. What it has found out about queues, groups, workers and
 * limits it does not ask again, so it is to be used for one answer. Not thread-safe.
 */
final class Explainer {
  /** Jobs ahead are counted up to here. */
  private static final int MAX_AHEAD = 100_000;

  private static final String WAITING_ITS_TURN = "waiting-its-turn";
  private static final Logger LOG = LoggerFactory.getLogger(Explainer.class);

  private final Engine engine;
  private final Database database;
  private final Map<String, Optional<QueueSummary>> queues = new HashMap<>();
  private final Map<String, Group> groups = new HashMap<>();
  private final Map<String, List<Reason>> withoutWorker = new HashMap<>();
  private final Map<Subject, List<Full>> full = new HashMap<>();

  Explainer(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  Explanation explain(Job job) {
    List<Reason> reasons = new ArrayList<>(reasons(job));
    if (job.state() == JobState.READY) {
      long ahead =
          database.withHandle(
              handle -> JobTable.ahead(handle, job.id(), job.priority(), MAX_AHEAD));
      reasons.add(
          new Reason(
              WAITING_ITS_TURN,
              ahead >= MAX_AHEAD
                  ? "more than " + MAX_AHEAD + " jobs go before it"
                  : before(ahead)));
    }
    return new Explanation(job.state(), reasons);
  }

  private static String before(long ahead) {
    return ahead == 1
        ? "1 job of its queue goes before it"
        : ahead + " jobs of its queue go before it";
  }

  /** The reasons but how many jobs of its queue go before it. */
  private List<Reason> reasons(Job job) {
    return switch (job.state()) {
      case SUCCEEDED, FAILED, CANCELED -> List.of(new Reason("ended", ended(job)));
      case RUNNING ->
          List.of(
              new Reason(
                  "running",
                  job.startedAt() == null
                      ? "worker %s has claimed it and starts it soon".formatted(job.worker())
                      : "worker %s runs it since %s".formatted(job.worker(), job.startedAt())));
      case SCHEDULED -> whyScheduled(job);
      case BLOCKED -> whyBlocked(job);
      case READY -> whyNotClaimed(job);
    };
  }

  /** The same for the jobs at the head of a queue, which has room for them at a time. */
  QueueHead explain(List<Job> head, boolean more) {
    List<QueueHead.Waiting> waiting = new ArrayList<>();
    int ahead = 0;
    for (Job job : head) {
      List<Reason> reasons = new ArrayList<>(reasons(job));
      if (job.state() == JobState.READY) {
        reasons.add(new Reason(WAITING_ITS_TURN, before(ahead)));
        ahead++;
      }
      waiting.add(new QueueHead.Waiting(job, reasons));
    }
    return new QueueHead(waiting, more);
  }

  private static String ended(Job job) {
    String text = "it ended at " + job.finishedAt();
    if (job.coalescedInto() != null) {
      return text + " as job " + job.coalescedInto() + ", which ran for it";
    }
    // The first line of an exception begins with its class.
    String why =
        job.error() == null || job.error().isBlank()
            ? job.errorType()
            : job.error().lines().findFirst().orElse(null);
    return why == null ? text : text + ": " + why;
  }

  private List<Reason> whyScheduled(Job job) {
    List<Reason> reasons = new ArrayList<>();
    reasons.add(
        job.attempt() == 0
            ? new Reason("delayed", "it is not to run before " + job.runAt())
            : new Reason(
                "backing-off",
                "attempt %d failed (%d counted failures); it is tried again at %s"
                    .formatted(job.attempt(), job.failures(), job.runAt())));
    subject(job).ifPresent(subject -> reasons.addAll(limits(subject)));
    return reasons;
  }

  private List<Reason> whyBlocked(Job job) {
    Job.BlockedReason blocked = job.blocked();
    if (blocked == null) {
      return List.of();
    }
    List<Reason> reasons = new ArrayList<>();
    switch (blocked) {
      case ABSORBED ->
          reasons.add(
              new Reason("absorbed", "job %s runs for it and ends it".formatted(job.blocker())));
      case KEY -> {
        subject(job).ifPresent(subject -> reasons.addAll(key(job, subject)));
        if (reasons.isEmpty()) {
          reasons.add(
              new Reason(
                  "key-taken", "other jobs of key '%s' run, or go before it".formatted(job.key())));
        }
      }
      case LIMIT -> {
        subject(job).ifPresent(subject -> reasons.addAll(limits(subject)));
        if (reasons.isEmpty()) {
          reasons.add(
              new Reason("limit", "as many jobs of '%s' run as may".formatted(job.definition())));
        }
      }
      case DEPENDENCY -> reasons.add(new Reason("dependency", parents(job)));
      case CHILDREN -> reasons.add(new Reason("children", "its children have not all ended"));
      case NO_WORKER -> {
        reasons.addAll(noWorker(job));
        reasons.addAll(contributed(job));
        if (reasons.isEmpty()) {
          reasons.add(
              new Reason(
                  "worker-came",
                  "it stood aside because no live worker could run it; one can now, so it is made"
                      + " READY at once"));
        }
      }
    }
    reasons.addAll(held(job));
    return reasons;
  }

  private String parents(Job job) {
    List<String> live = new ArrayList<>();
    for (long parent : engine.jobs().dependencies(job.id()).keySet()) {
      Optional<Job> found = engine.jobs().find(parent);
      if (found.isPresent() && !found.get().state().isEnded()) {
        live.add("%d (%s)".formatted(parent, found.get().state()));
        if (live.size() == WhyTable.SHOWN) {
          break;
        }
      }
    }
    return live.isEmpty()
        ? "it waits for other jobs to end"
        : "it waits for jobs to end, among them " + String.join(", ", live);
  }

  private List<Reason> whyNotClaimed(Job job) {
    List<Reason> reasons = new ArrayList<>();
    queues
        .computeIfAbsent(job.queue(), name -> engine.queues().find(name))
        .filter(QueueSummary::isPaused)
        .ifPresent(queue ->
            reasons.add(
                new Reason(
                    "queue-paused",
                    "queue '%s' is paused since %s%s"
                        .formatted(
                            queue.name(),
                            queue.pausedAt(),
                            queue.pausedReason() == null ? "" : ": " + queue.pausedReason()))));
    reasons.addAll(held(job));
    reasons.addAll(noWorker(job));
    reasons.addAll(contributed(job));
    subject(job)
        .ifPresent(subject -> {
          reasons.addAll(key(job, subject));
          reasons.addAll(limits(subject));
        });
    if (job.losses() > 0) {
      reasons.add(
          new Reason(
              "runs-alone",
              "%d workers died under it, so it waits for one that runs nothing else"
                  .formatted(job.losses())));
    }
    Instant deadline = job.startBefore();
    if (deadline != null && engine.clock().now().isAfter(deadline)) {
      reasons.add(
          new Reason(
              "past-deadline",
              "it was to start before %s: the next claim drops it, unless it is to run late"
                  .formatted(deadline)));
    }
    return reasons;
  }

  private Optional<Subject> subject(Job job) {
    return database.withHandle(handle -> WhyTable.subject(handle, job.id()));
  }

  private List<Reason> held(Job job) {
    String name = job.group();
    if (name == null) {
      return List.of();
    }
    Group group = groups.computeIfAbsent(name, one -> engine.groups().get(one));
    return group.isHeld()
        ? List.of(
            new Reason(
                "group-held",
                "group '%s' is held since %s%s"
                    .formatted(
                        name,
                        group.heldAt(),
                        group.heldReason() == null ? "" : ": " + group.heldReason())))
        : List.of();
  }

  private List<Reason> contributed(Job job) {
    List<Reason> reasons = new ArrayList<>();
    for (ReasonSource source : engine.reasonSources()) {
      try {
        reasons.addAll(source.reasons(job));
      } catch (RuntimeException e) {
        LOG.warn("The explanation of job {} goes without {}", job.id(), source, e);
      }
    }
    return reasons;
  }

  private List<Reason> noWorker(Job job) {
    return withoutWorker.computeIfAbsent(
        job.queue() + " " + job.definition(), kind -> whyNoWorker(job));
  }

  private List<Reason> whyNoWorker(Job job) {
    List<WorkerSummary> workers = engine.workers();
    boolean served =
        workers.stream()
            .anyMatch(worker ->
                worker.queues().contains(job.queue())
                    && worker.definitions().contains(job.definition()));
    if (served) {
      return List.of();
    }
    String there =
        workers.isEmpty()
            ? "there is no live worker at all"
            : "the live workers serve %s and can run %s"
                .formatted(
                    names(workers.stream().map(WorkerSummary::queues).toList()),
                    names(workers.stream().map(WorkerSummary::definitions).toList()));
    return List.of(
        new Reason(
            "no-worker",
            "no live worker serves queue '%s' and can run '%s': %s"
                .formatted(job.queue(), job.definition(), there)));
  }

  private static String names(List<List<String>> lists) {
    return lists.stream()
        .flatMap(Collection::stream)
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .map(name -> "'" + name + "'")
        .collect(Collectors.joining(", "));
  }

  private List<Reason> key(Job job, Subject subject) {
    String key = subject.key();
    KeyKind kind = subject.keyKind();
    if (key == null || kind == null) {
      return List.of();
    }
    KeyStanding standing =
        database.withHandle(handle -> WhyTable.key(handle, job.id(), subject.queueId(), key));
    List<Reason> reasons = new ArrayList<>();
    if (standing.heldBy() != null) {
      reasons.add(
          new Reason(
              "key-held",
              "key '%s' stopped when job %d failed, until it is released"
                  .formatted(key, standing.heldBy())));
    }
    boolean serial = kind == KeyKind.SERIAL || kind == KeyKind.SERIAL_HOLD;
    boolean taken =
        kind == KeyKind.LIMIT
            ? standing.running().size() >= Math.min(subject.keyLimit(), WhyTable.SHOWN)
            : !standing.running().isEmpty();
    if (taken) {
      reasons.add(
          new Reason(
              "key-taken",
              "key '%s' is taken by job %s"
                  .formatted(
                      key,
                      standing.running().stream()
                          .map(String::valueOf)
                          .collect(Collectors.joining(", ")))));
    } else if (serial && standing.resting() != null) {
      reasons.add(
          new Reason(
              "key-taken",
              "job %d of key '%s' rests after a failure and goes before it"
                  .formatted(standing.resting(), key)));
    } else if (serial && standing.before() != null) {
      reasons.add(
          new Reason(
              "key-taken", "job %d of key '%s' goes before it".formatted(standing.before(), key)));
    }
    return reasons;
  }

  private List<Reason> limits(Subject subject) {
    List<Reason> reasons = new ArrayList<>();
    List<Full> rules =
        full.computeIfAbsent(
            subject, one -> database.withHandle(handle -> WhyTable.full(handle, one)));
    for (Full one : rules) {
      Rule rule = one.rule();
      Long next = one.nextMicros();
      if (next != null) {
        Duration period =
            Duration.of(rule.rateMicros() == null ? 0 : rule.rateMicros(), ChronoUnit.MICROS);
        reasons.add(
            new Reason(
                "rate",
                "the limit of %s allows %s starts in %s; the next is possible at %s"
                    .formatted(
                        name(rule),
                        rule.rate(),
                        // as in 1m30s
                        period.toString().substring("PT".length()).toLowerCase(Locale.ROOT),
                        engine
                            .clock()
                            .now()
                            .plus(next, ChronoUnit.MICROS)
                            .truncatedTo(ChronoUnit.MILLIS))));
      } else {
        List<String> numbers = new ArrayList<>();
        if (rule.running() != null) {
          numbers.add("%d of %d jobs run".formatted(one.running(), rule.running()));
        }
        if (rule.vcpus() != null) {
          numbers.add(
              "%s of %s vCPUs are taken and it needs %s"
                  .formatted(
                      one.vcpus() / 1_000.0, rule.vcpus() / 1_000.0, subject.vcpus() / 1_000.0));
        }
        reasons.add(
            new Reason(
                "limit", "the limit of %s: %s".formatted(name(rule), String.join(", ", numbers))));
      }
    }
    return reasons;
  }

  private static String name(Rule rule) {
    return switch (rule.subject().scope()) {
      case EVERYTHING -> "everything";
      case QUEUE -> "queue '" + rule.name() + "'";
      case DEFINITION -> "definition '" + rule.name() + "'";
      case GROUP -> "group '" + rule.name() + "'";
      case EACH_GROUP -> "each group";
      case EACH_KEY -> "each key of queue '" + rule.name() + "'";
    };
  }
}
