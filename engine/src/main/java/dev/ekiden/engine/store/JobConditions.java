package dev.ekiden.engine.store;

import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** The conditions of a filter as SQL, so that those it does not have cost nothing. */
final class JobConditions {
  private static final String LIVE_STATE =
      """
      CASE WHEN EXISTS (SELECT FROM ekiden.running WHERE running.id = job.id) THEN 'RUNNING'
           WHEN EXISTS (SELECT FROM ekiden.scheduled WHERE scheduled.id = job.id) THEN 'SCHEDULED'
           WHEN EXISTS (SELECT FROM ekiden.blocked WHERE blocked.id = job.id) THEN 'BLOCKED'
           ELSE 'READY' END\
      """;

  private final JobFilter filter;

  JobConditions(JobFilter filter) {
    this.filter = filter;
  }

  /** Whether a live job may meet the filter. */
  boolean takesLive() {
    return filter.states().isEmpty() || filter.states().stream().anyMatch(isLive());
  }

  /** Whether a finished job may meet the filter. */
  boolean takesFinished() {
    return filter.states().isEmpty() || filter.states().stream().anyMatch(isLive().negate());
  }

  /** Conditions on {@code job}, each with an AND before it; the state, too. */
  String ofLive() {
    return of("job") + states(LIVE_STATE, isLive(), JobState.values().length - 3);
  }

  /** Conditions on {@code finished}, each with an AND before it; the state, too. */
  String ofFinished() {
    return of("finished") + states("finished.state", isLive().negate(), 3);
  }

  private static Predicate<JobState> isLive() {
    return state -> !state.isEnded();
  }

  private String states(String column, Predicate<JobState> half, int all) {
    Set<String> names =
        filter.states().stream()
            .filter(half)
            .map(state -> "'" + state.name() + "'")
            .collect(Collectors.toSet());
    return names.isEmpty() || names.size() == all
        ? ""
        : "\nAND " + column + " IN (" + String.join(", ", names) + ")";
  }

  private String of(String table) {
    StringBuilder sql = new StringBuilder();
    if (filter.queue() != null) {
      sql.append("\nAND {t}.queue_id = (SELECT id FROM ekiden.queue WHERE name = :queue)");
    }
    if (filter.definition() != null) {
      sql.append(
          "\nAND {t}.definition_id = (SELECT id FROM ekiden.definition WHERE name = :definition)");
    }
    if (filter.key() != null) {
      sql.append("\nAND {t}.key = :key");
    }
    if (filter.group() != null) {
      sql.append("\nAND {t}.group_id = :group_id");
    }
    if (filter.createdFrom() != null) {
      sql.append("\nAND {t}.created_at >= :created_from");
    }
    if (filter.createdBefore() != null) {
      sql.append("\nAND {t}.created_at < :created_before");
    }
    if (filter.fromId() != null) {
      sql.append("\nAND {t}.id >= :from_id");
    }
    if (filter.toId() != null) {
      sql.append("\nAND {t}.id <= :to_id");
    }
    return sql.toString().replace("{t}", table);
  }

  /** Binds what the conditions name. */
  <T extends SqlStatement<T>> T bind(T statement) {
    String group = filter.group();
    T bound = bind(statement, "queue", filter.queue());
    bound = bind(bound, "definition", filter.definition());
    bound = bind(bound, "key", filter.key());
    bound = bind(bound, "group_id", group == null ? null : Hashes.of(group));
    bound = bind(bound, "created_from", filter.createdFrom());
    bound = bind(bound, "created_before", filter.createdBefore());
    bound = bind(bound, "from_id", filter.fromId());
    return bind(bound, "to_id", filter.toId());
  }

  private static <T extends SqlStatement<T>> T bind(
      T statement, String name, @Nullable Object value) {
    return value == null ? statement : statement.bind(name, value);
  }
}
