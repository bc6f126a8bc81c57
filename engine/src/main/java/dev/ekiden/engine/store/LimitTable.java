package dev.ekiden.engine.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Limits and how much of them is used. Rates are kept in thousandths of their period. */
public final class LimitTable {
  /** A rate is counted in so many parts of its period. */
  private static final int PARTS = 1_000;

  /** What a rule limits. */
  public enum Scope {
    EVERYTHING,
    QUEUE,
    DEFINITION,
    GROUP,
    EACH_GROUP,
    EACH_KEY
  }

  /**
   * What a rule is about.
   *
   * @param queueId 0 for all queues
   * @param subject a definition, a group or the hash of a key; 0 where the scope has none
   */
  public record Subject(Scope scope, short queueId, long subject) {}

  /**
   * A rule as it is stored.
   *
   * @param vcpus thousandths
   * @param name of the queue, the definition or the group; null where the scope has none
   */
  public record Rule(
      Subject subject,
      @Nullable String name,
      @Nullable Integer running,
      @Nullable Long vcpus,
      @Nullable Integer rate,
      @Nullable Long rateMicros) {}

  /**
   * What a rate allows now.
   *
   * @param starts how many more
   * @param nextMicros when there are more at the earliest
   */
  record Starts(long starts, long nextMicros) {}

  /** Running jobs of a definition and group, and their vCPUs in thousandths. */
  record Usage(short queueId, int definitionId, long groupId, int running, long vcpus) {}

  private static final String SELECT =
      """
      SELECT rule.*, COALESCE(queue.name, definition.name, job_group.name) AS name
      FROM ekiden.limit_rule AS rule
      LEFT JOIN ekiden.queue
        ON rule.scope IN ('QUEUE', 'EACH_KEY') AND queue.id = rule.queue_id
      LEFT JOIN ekiden.definition
        ON rule.scope = 'DEFINITION' AND definition.id = rule.subject
      LEFT JOIN ekiden.job_group ON rule.scope = 'GROUP' AND job_group.id = rule.subject
      """;

  private static final String PUT =
      """
      INSERT INTO ekiden.limit_rule
        (scope, queue_id, subject, running, vcpus, rate, rate_micros)
      VALUES (:scope, :queue_id, :subject, :running, :vcpus, :rate, :rate_micros)
      ON CONFLICT (scope, queue_id, subject) DO UPDATE
      SET running = excluded.running, vcpus = excluded.vcpus, rate = excluded.rate,
          rate_micros = excluded.rate_micros
      """;

  private static final String REMOVE =
      """
      DELETE FROM ekiden.limit_rule
      WHERE scope = :scope AND queue_id = :queue_id AND subject = :subject
      """;

  private static final String FORGET_USE =
      """
      DELETE FROM ekiden.rate_use
      WHERE scope = :scope AND queue_id = :queue_id AND (subject = :subject OR :subject = 0)
      """;

  private static final String OF_QUEUE =
      "SELECT *, NULL AS name FROM ekiden.limit_rule WHERE queue_id IN (0, :queue_id)";

  // Asks for the ids, so that the index is read: the table is full of dead rows, the index is not.
  private static final String USAGE =
      """
      SELECT queue_id, definition_id, group_id, count(*) AS running, sum(vcpus) AS vcpus
      FROM ekiden.running
      WHERE id > 0 AND (:every_queue OR queue_id = :queue_id)
      GROUP BY queue_id, definition_id, group_id
      """;

  // A part counts until a whole period after its end has passed.
  private static final String STARTS =
      """
      WITH moment AS MATERIALIZED (
        SELECT CAST(EXTRACT(EPOCH FROM ekiden.engine_now()) * 1000000 AS bigint) AS micros
      ),
      asked AS (
        SELECT subject, moment.micros, moment.micros / :part_micros - :parts AS gone
        FROM unnest(CAST(:subjects AS bigint[])) AS subject, moment
      )
      SELECT asked.subject, COALESCE(sum(used.starts), 0) AS starts,
             (COALESCE(min(used.part), asked.micros / :part_micros) + :parts + 1) * :part_micros
               - asked.micros AS next_micros
      FROM asked
      LEFT JOIN ekiden.rate_use AS used
        ON used.scope = :scope
        AND used.queue_id = :queue_id
        AND used.subject = asked.subject
        AND used.part >= asked.gone
      GROUP BY asked.subject, asked.micros
      """;

  private static final String USE =
      """
      INSERT INTO ekiden.rate_use AS used (scope, queue_id, subject, part, starts)
      SELECT :scope, :queue_id, t.subject,
             CAST(EXTRACT(EPOCH FROM ekiden.engine_now()) * 1000000 AS bigint) / :part_micros,
             t.starts
      FROM unnest(CAST(:subjects AS bigint[]), CAST(:starts AS integer[])) AS t(subject, starts)
      ON CONFLICT (scope, queue_id, subject, part) DO UPDATE
      SET starts = used.starts + excluded.starts
      """;

  private static final String EXPIRE =
      """
      DELETE FROM ekiden.rate_use
      USING ekiden.limit_rule AS rule
      WHERE rule.scope = rate_use.scope
        AND rule.queue_id = rate_use.queue_id
        AND (rule.subject = rate_use.subject OR rule.scope IN ('EACH_GROUP', 'EACH_KEY'))
        AND rate_use.part
            < EXTRACT(EPOCH FROM ekiden.engine_now()) * 1000000
                / GREATEST(1, rule.rate_micros / :parts) - :parts - 1
      """;

  private static final RowMapper<Rule> RULE =
      (row, context) ->
          new Rule(
              new Subject(
                  Scope.valueOf(row.getString("scope")),
                  row.getShort("queue_id"),
                  row.getLong("subject")),
              row.getString("name"),
              integer(row, "running"),
              JobTable.number(row, "vcpus"),
              integer(row, "rate"),
              JobTable.number(row, "rate_micros"));

  private LimitTable() {}

  public static List<Rule> list(Handle handle) {
    return handle
        .createQuery(SELECT + "ORDER BY rule.scope, name, rule.queue_id, rule.subject")
        .map(RULE)
        .list();
  }

  public static Optional<Rule> find(Handle handle, Subject subject) {
    return handle
        .createQuery(
            SELECT
                + "WHERE rule.scope = :scope AND rule.queue_id = :queue_id AND rule.subject = :subject")
        .bind("scope", subject.scope().name())
        .bind("queue_id", subject.queueId())
        .bind("subject", subject.subject())
        .map(RULE)
        .findOne();
  }

  /**
   * Stores a rule in a transaction of its own; when it commits, every claim that did not know the
   * rule has ended. Jobs that an older rule had parked are READY again.
   */
  public static void put(Handle handle, Rule rule) {
    lockClaims(handle, rule.subject());
    bound(handle.createUpdate(PUT), rule.subject())
        .bind("running", rule.running())
        .bind("vcpus", rule.vcpus())
        .bind("rate", rule.rate())
        .bind("rate_micros", rule.rateMicros())
        .execute();
    changed(handle, rule.subject());
  }

  /** Removes a rule; false if there was none. */
  public static boolean remove(Handle handle, Subject subject) {
    lockClaims(handle, subject);
    boolean removed = bound(handle.createUpdate(REMOVE), subject).execute() > 0;
    changed(handle, subject);
    return removed;
  }

  private static void changed(Handle handle, Subject subject) {
    bound(handle.createUpdate(FORGET_USE), subject).execute();
    if (subject.scope() == Scope.DEFINITION) {
      GateTable.freeLimited(
          handle, subject.queueId(), Math.toIntExact(subject.subject()), Integer.MAX_VALUE);
    }
  }

  /** Waits for the claims that the rule concerns, and keeps new ones out until it is stored. */
  private static void lockClaims(Handle handle, Subject subject) {
    if (subject.queueId() == Gate.EVERY_QUEUE) {
      Gate.lockAll(handle);
      Gate.lock(handle, Gate.EVERY_QUEUE);
    } else {
      Gate.lock(handle, subject.queueId());
    }
  }

  private static Update bound(Update update, Subject subject) {
    return update
        .bind("scope", subject.scope().name())
        .bind("queue_id", subject.queueId())
        .bind("subject", subject.subject());
  }

  /** The rules that a claim from a queue must keep. */
  static List<Rule> ofQueue(Handle handle, short queueId) {
    return handle.createQuery(OF_QUEUE).bind("queue_id", queueId).map(RULE).list();
  }

  /** What runs now, in one queue or in all. */
  static List<Usage> usage(Handle handle, short queueId, boolean everyQueue) {
    return handle
        .createQuery(USAGE)
        .bind("queue_id", queueId)
        .bind("every_queue", everyQueue)
        .map((row, context) ->
            new Usage(
                row.getShort("queue_id"),
                row.getInt("definition_id"),
                row.getLong("group_id"),
                row.getInt("running"),
                row.getLong("vcpus")))
        .list();
  }

  /** What a rule's rate still allows each of its subjects. */
  static Map<Long, Starts> starts(Handle handle, Rule rule, Collection<Long> subjects) {
    if (rule.rate() == null || rule.rateMicros() == null || subjects.isEmpty()) {
      return Map.of();
    }
    long rate = rule.rate();
    Map<Long, Starts> starts = new HashMap<>();
    handle
        .createQuery(STARTS)
        .bind("scope", rule.subject().scope().name())
        .bind("queue_id", rule.subject().queueId())
        .bind("part_micros", partMicros(rule))
        .bind("parts", PARTS)
        .bindArray("subjects", Long.class, List.copyOf(subjects))
        .map((row, context) ->
            starts.put(
                row.getLong("subject"),
                new Starts(
                    Math.max(0, rate - row.getLong("starts")),
                    Math.max(1, row.getLong("next_micros")))))
        .list();
    return starts;
  }

  /** Counts starts against a rule's rate. */
  static void use(Handle handle, Rule rule, Map<Long, Integer> startsOfSubjects) {
    if (rule.rate() == null || startsOfSubjects.isEmpty()) {
      return;
    }
    List<Long> subjects = List.copyOf(startsOfSubjects.keySet());
    handle
        .createUpdate(USE)
        .bind("scope", rule.subject().scope().name())
        .bind("queue_id", rule.subject().queueId())
        .bind("part_micros", partMicros(rule))
        .bindArray("subjects", Long.class, subjects)
        .bindArray("starts", Integer.class, subjects.stream().map(startsOfSubjects::get).toList())
        .execute();
  }

  /** Forgets starts that no rate counts any more. */
  public static void expire(Handle handle) {
    handle.createUpdate(EXPIRE).bind("parts", PARTS).execute();
  }

  private static long partMicros(Rule rule) {
    Long micros = rule.rateMicros();
    return Math.max(1, (micros == null ? 0 : micros) / PARTS);
  }

  static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : value;
  }
}
