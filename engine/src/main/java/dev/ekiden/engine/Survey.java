package dev.ekiden.engine;

import dev.ekiden.engine.Overview.Attention;
import dev.ekiden.engine.Overview.Kind;
import dev.ekiden.engine.Overview.QueueNow;
import dev.ekiden.engine.Overview.Subject;
import dev.ekiden.engine.store.AttentionTable;
import dev.ekiden.engine.store.AttentionTable.Firing;
import dev.ekiden.engine.store.AttentionTable.Held;
import dev.ekiden.engine.store.AttentionTable.Silent;
import dev.ekiden.engine.store.AttentionTable.Stuck;
import dev.ekiden.postgres.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Looks at everything once, for {@link Overview}. Not thread-safe. */
final class Survey {
  /** From here on a queue is said to fail. */
  private static final double FAILING_SHARE = 0.1;

  private static final int MAX = Overview.MAX_OF_A_KIND;

  private final Engine engine;
  private final Database database;
  private final List<Attention> attention = new ArrayList<>();

  Survey(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  Overview take() {
    Instant now = engine.clock().now();
    List<WorkerSummary> workers = engine.workers();
    List<QueueNow> queues = queues(now);
    withoutWorker(workers);
    silentWorkers();
    queues.forEach(this::failures);
    schedules();
    queues.stream().map(QueueNow::queue).filter(QueueSummary::isPaused).forEach(this::paused);
    held();
    limits();
    return new Overview(now, queues, workers, attention);
  }

  private List<QueueNow> queues(Instant now) {
    SortedMap<String, List<HistoryPoint>> recent =
        engine.history().read(now.minus(Overview.RECENT), now.plusSeconds(1), null).queues();
    List<QueueNow> queues = new ArrayList<>();
    for (QueueSummary queue : engine.queues().list()) {
      List<HistoryPoint> points = recent.getOrDefault(queue.name(), List.of());
      queues.add(
          new QueueNow(
              queue,
              points.stream().mapToLong(HistoryPoint::enqueued).sum(),
              points.stream().mapToLong(HistoryPoint::succeeded).sum(),
              points.stream().mapToLong(HistoryPoint::failed).sum(),
              points.stream().mapToLong(HistoryPoint::retried).sum()));
    }
    return queues;
  }

  private void add(Kind kind, Subject subject, String name, String text) {
    attention.add(new Attention(kind, subject, name, text));
  }

  private void withoutWorker(List<WorkerSummary> workers) {
    Map<String, Stuck> stuck = new LinkedHashMap<>();
    for (Stuck aside : database.inTransaction(handle -> AttentionTable.aside(handle, MAX))) {
      stuck.put(aside.queue() + " " + aside.definition(), aside);
    }
    for (Stuck ready : database.inTransaction(AttentionTable::ready)) {
      stuck.putIfAbsent(ready.queue() + " " + ready.definition(), ready);
    }
    stuck.values().stream()
        .filter(one ->
            workers.stream()
                .noneMatch(worker ->
                    worker.queues().contains(one.queue())
                        && worker.definitions().contains(one.definition())))
        .limit(MAX)
        .forEach(one ->
            add(
                Kind.NO_WORKER,
                Subject.QUEUE,
                one.queue(),
                "%,d jobs of '%s' wait, and no live worker serves queue '%s' and can run them"
                    .formatted(one.jobs(), one.definition(), one.queue())));
  }

  private void silentWorkers() {
    for (Silent silent :
        database.withHandle(
            handle -> AttentionTable.silent(handle, engine.lease(), Overview.RECENT, MAX))) {
      add(
          Kind.WORKER_SILENT,
          Subject.WORKER,
          Long.toString(silent.id()),
          silent.lost()
              ? "worker %s lost its lease at %s; its jobs went to others"
                  .formatted(silent.name(), silent.expiresAt())
              : "worker %s has not been heard of; its lease ends at %s"
                  .formatted(silent.name(), silent.expiresAt()));
    }
  }

  private void failures(QueueNow queue) {
    long ended = queue.succeeded() + queue.failed();
    if (queue.failed() > 0 && queue.failed() >= ended * FAILING_SHARE) {
      add(
          Kind.FAILURES,
          Subject.QUEUE,
          queue.queue().name(),
          "%,d of %,d jobs of queue '%s' that ended in the last %d minutes failed"
              .formatted(queue.failed(), ended, queue.queue().name(), Overview.RECENT.toMinutes()));
    }
  }

  private void schedules() {
    for (Firing failing : database.withHandle(handle -> AttentionTable.failing(handle, MAX))) {
      add(
          Kind.SCHEDULE_FAILING,
          Subject.SCHEDULE,
          failing.schedule(),
          "job %s of schedule '%s', due at %s, failed"
              .formatted(failing.job(), failing.schedule(), failing.due()));
    }
    for (Firing missed : database.withHandle(handle -> AttentionTable.missed(handle, MAX))) {
      String reason = missed.reason();
      add(
          Kind.SCHEDULE_MISSED,
          Subject.SCHEDULE,
          missed.schedule(),
          "the firing of schedule '%s' at %s was missed%s"
              .formatted(
                  missed.schedule(),
                  missed.due(),
                  reason == null ? "" : ": " + reason.toLowerCase(Locale.ROOT).replace('_', ' ')));
    }
  }

  private void paused(QueueSummary queue) {
    long waiting = queue.ready() + queue.scheduled() + queue.blocked();
    add(
        Kind.QUEUE_PAUSED,
        Subject.QUEUE,
        queue.name(),
        "queue '%s' is paused since %s%s; %,d jobs wait in it"
            .formatted(queue.name(), queue.pausedAt(), because(queue.pausedReason()), waiting));
  }

  private void held() {
    for (Held group : database.withHandle(handle -> AttentionTable.groups(handle, MAX))) {
      add(
          Kind.GROUP_HELD,
          Subject.GROUP,
          group.name(),
          "group '%s' is held since %s%s"
              .formatted(group.name(), group.since(), because(group.reason())));
    }
    for (Held key : database.withHandle(handle -> AttentionTable.keys(handle, MAX))) {
      add(
          Kind.KEY_HELD,
          Subject.JOB,
          String.valueOf(key.reason()),
          "key '%s' of queue '%s' stopped at %s because job %s failed; release it to go on"
              .formatted(key.name(), key.queue(), key.since(), key.reason()));
    }
  }

  private static String because(@Nullable String reason) {
    return reason == null ? "" : " (" + reason + ")";
  }

  private void limits() {
    Explainer explainer = new Explainer(engine, database);
    for (Stuck limited : database.inTransaction(handle -> AttentionTable.limited(handle, MAX))) {
      Optional.ofNullable(limited.oneJob())
          .flatMap(engine.jobs()::find)
          .filter(job -> job.blocked() == Job.BlockedReason.LIMIT)
          .map(explainer::explain)
          .map(explanation -> explanation.reasons().getFirst())
          .ifPresent(reason ->
              add(
                  Kind.LIMIT,
                  Subject.DEFINITION,
                  limited.definition(),
                  "jobs of '%s' in queue '%s' wait: %s"
                      .formatted(limited.definition(), limited.queue(), reason.text())));
    }
  }
}
