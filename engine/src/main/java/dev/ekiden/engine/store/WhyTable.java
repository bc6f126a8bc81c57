package dev.ekiden.engine.store;

import dev.ekiden.engine.Job.KeyKind;
import dev.ekiden.engine.store.LimitTable.Rule;
import dev.ekiden.engine.store.LimitTable.Scope;
import dev.ekiden.engine.store.LimitTable.Starts;
import dev.ekiden.engine.store.LimitTable.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What stands between a live job and its start. */
public final class WhyTable {

  /**
   * What decides about a live job besides its state.
   *
   * @param key null without a key by which it may wait
   */
  public record Subject(
      short queueId,
      int definitionId,
      long groupId,
      int vcpus,
      @Nullable KeyKind keyKind,
      @Nullable String key,
      int keyLimit) {}

  /**
   * A rule that lets a job not start now.
   *
   * @param running how many of its subject run
   * @param vcpus thousandths of theirs
   * @param nextMicros when its rate allows a start; null when it is not the rate
   */
  public record Full(Rule rule, long running, long vcpus, @Nullable Long nextMicros) {}

  /**
   * How the key of a job stands.
   *
   * @param running jobs of the key that run, the oldest first, a few of them
   * @param resting the job of the key that rests before its next attempt, if any
   * @param before the oldest job of the key that waits before it, if any
   * @param heldBy the failed job that stopped it, if any
   */
  public record KeyStanding(
      List<Long> running, @Nullable Long resting, @Nullable Long before, @Nullable Long heldBy) {}

  /** Most running jobs of a key that are named. */
  public static final int SHOWN = 5;

  private static final String SUBJECT =
      """
      SELECT queue_id, definition_id, group_id, vcpus, key_limit,
             CASE WHEN key_kind <> 'UNIQUE' THEN CAST(key_kind AS text) END AS key_kind,
             CASE WHEN key_kind <> 'UNIQUE' THEN key END AS key
      FROM ekiden.job
      WHERE id = :id
      """;

  private static final String RUNNING_OF_KEY =
      """
      SELECT id
      FROM ekiden.running
      WHERE queue_id = :queue_id AND key = :key AND id <> :id
      ORDER BY id
      LIMIT :max
      """;

  private static final String KEY =
      """
      SELECT (SELECT min(id) FROM ekiden.scheduled
              WHERE queue_id = :queue_id AND key = :key AND backing_off AND id <> :id) AS resting,
             LEAST(
               (SELECT min(id) FROM ekiden.ready
                WHERE queue_id = :queue_id AND key = :key AND id < :id),
               (SELECT min(id) FROM ekiden.blocked
                WHERE queue_id = :queue_id AND key = :key AND reason = 'KEY' AND id < :id),
               (SELECT min(id) FROM ekiden.blocked
                WHERE queue_id = :queue_id AND key = :key AND reason = 'NO_WORKER'
                  AND id < :id)) AS before,
             (SELECT job_id FROM ekiden.held_key
              WHERE queue_id = :queue_id AND key = :key) AS held_by
      """;

  private WhyTable() {}

  public static Optional<Subject> subject(Handle handle, long id) {
    return handle
        .createQuery(SUBJECT)
        .bind("id", id)
        .map((row, context) -> {
          String kind = row.getString("key_kind");
          return new Subject(
              row.getShort("queue_id"),
              row.getInt("definition_id"),
              row.getLong("group_id"),
              row.getInt("vcpus"),
              kind == null ? null : KeyKind.valueOf(kind),
              row.getString("key"),
              row.getInt("key_limit"));
        })
        .findOne();
  }

  public static KeyStanding key(Handle handle, long id, short queueId, String key) {
    List<Long> running =
        handle
            .createQuery(RUNNING_OF_KEY)
            .bind("queue_id", queueId)
            .bind("key", key)
            .bind("id", id)
            .bind("max", SHOWN)
            .mapTo(Long.class)
            .list();
    return handle
        .createQuery(KEY)
        .bind("queue_id", queueId)
        .bind("key", key)
        .bind("id", id)
        .map((row, context) ->
            new KeyStanding(
                running,
                JobTable.number(row, "resting"),
                JobTable.number(row, "before"),
                JobTable.number(row, "held_by")))
        .one();
  }

  /** The rules that let a job not start now. */
  public static List<Full> full(Handle handle, Subject job) {
    List<Rule> rules = LimitTable.list(handle);
    boolean groupHasOwn = rules.stream().anyMatch(rule -> isOwnOf(rule, job));
    List<Usage> usage = rules.isEmpty() ? List.of() : LimitTable.usage(handle, job.queueId(), true);
    List<Full> full = new ArrayList<>();
    for (Rule rule : rules) {
      Long counted = counted(rule, job, groupHasOwn);
      if (counted == null) {
        continue;
      }
      List<Usage> theirs = usage.stream().filter(one -> isUsedBy(rule, one, job)).toList();
      long running = theirs.stream().mapToLong(Usage::running).sum();
      long vcpus = theirs.stream().mapToLong(Usage::vcpus).sum();
      Starts starts = LimitTable.starts(handle, rule, List.of(counted)).get(counted);
      boolean tooMany = rule.running() != null && running >= rule.running();
      boolean tooHeavy = rule.vcpus() != null && vcpus + job.vcpus() > rule.vcpus();
      if (tooMany || tooHeavy) {
        full.add(new Full(rule, running, vcpus, null));
      } else if (starts != null && starts.starts() < 1) {
        full.add(new Full(rule, running, vcpus, starts.nextMicros()));
      }
    }
    return full;
  }

  private static boolean isOwnOf(Rule rule, Subject job) {
    return rule.subject().scope() == Scope.GROUP && rule.subject().subject() == job.groupId();
  }

  /** What a rule counts the starts of a job under; null when it does not concern the job. */
  private static @Nullable Long counted(Rule rule, Subject job, boolean groupHasOwn) {
    boolean ofQueue = rule.subject().queueId() == job.queueId();
    return switch (rule.subject().scope()) {
      case EVERYTHING -> Long.valueOf(0);
      case QUEUE -> ofQueue ? Long.valueOf(0) : null;
      case DEFINITION ->
          rule.subject().subject() == job.definitionId() ? Long.valueOf(job.definitionId()) : null;
      case GROUP -> isOwnOf(rule, job) ? Long.valueOf(job.groupId()) : null;
      case EACH_GROUP -> job.groupId() != 0 && !groupHasOwn ? Long.valueOf(job.groupId()) : null;
      case EACH_KEY -> {
        String key = job.key();
        yield ofQueue && key != null && job.keyKind() != KeyKind.COALESCE
            ? Long.valueOf(Hashes.of(key))
            : null;
      }
    };
  }

  private static boolean isUsedBy(Rule rule, Usage usage, Subject job) {
    return switch (rule.subject().scope()) {
      case EVERYTHING -> true;
      case QUEUE -> usage.queueId() == job.queueId();
      case DEFINITION -> usage.definitionId() == job.definitionId();
      case GROUP, EACH_GROUP -> usage.groupId() == job.groupId();
      case EACH_KEY -> false;
    };
  }
}
