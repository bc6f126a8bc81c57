package dev.ekiden.engine.store;

import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import java.util.EnumSet;
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
    return kind("job") + ofJob("job") + states(LIVE_STATE, isLive(), JobState.values().length - 3);
  }

  /** Conditions on {@code finished}, each with an AND before it; the state, too. */
  String ofFinished() {
    return kind("finished") + ofFinishedOfAKind();
  }

  /** The same for one queue and definition that was chosen already. */
  String ofFinishedOfAKind() {
    return ofJob("finished") + states("finished.state", isLive().negate(), 3);
  }

  /** Which tables of live jobs may have what is looked for. */
  Set<JobState> liveStates() {
    Set<JobState> live = EnumSet.noneOf(JobState.class);
    for (JobState state : JobState.values()) {
      if (!state.isEnded() && (filter.states().isEmpty() || filter.states().contains(state))) {
        live.add(state);
      }
    }
    return live;
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

  /** Conditions on queue and definition of any table that has both. */
  String kind(String table) {
    StringBuilder sql = new StringBuilder();
    if (filter.queue() != null) {
      sql.append("\nAND {t}.queue_id = (SELECT id FROM ekiden.queue WHERE name = :queue)");
    }
    if (filter.definition() != null) {
      sql.append(
          "\nAND {t}.definition_id = (SELECT id FROM ekiden.definition WHERE name = :definition)");
    }
    return sql.toString().replace("{t}", table);
  }

  /** All other conditions but states, on {@code job} or {@code finished}. */
  String ofJob(String table) {
    return ofJob(table, table);
  }

  /**
   * The same, where ids are those of another table.
   *
   * @param ids a table whose ids are indexed
   */
  String ofJob(String table, String ids) {
    StringBuilder sql = new StringBuilder();
    if (filter.key() != null) {
      // The indexes are of the hash.
      sql.append("\nAND hashtextextended({t}.key, 0) = hashtextextended(:key, 0)");
      sql.append("\nAND {t}.key = :key");
    }
    if (filter.group() != null) {
      sql.append("\nAND {t}.group_id = :group_id AND {t}.group_id <> 0");
    }
    if (filter.parent() != null) {
      sql.append("\nAND {t}.parent_id = :parent_id");
    }
    if (filter.createdFrom() != null) {
      sql.append("\nAND {t}.created_at >= :created_from");
    }
    if (filter.createdBefore() != null) {
      sql.append("\nAND {t}.created_at < :created_before");
    }
    if (filter.fromId() != null) {
      sql.append("\nAND {ids}.id >= :from_id");
    }
    if (filter.toId() != null) {
      sql.append("\nAND {ids}.id <= :to_id");
    }
    return sql.toString().replace("{t}", table).replace("{ids}", ids);
  }

  /** Binds what {@link #kind} names. */
  <T extends SqlStatement<T>> T bindKind(T statement) {
    return bind(bind(statement, "queue", filter.queue()), "definition", filter.definition());
  }

  /** Binds what the conditions name. */
  <T extends SqlStatement<T>> T bind(T statement) {
    String group = filter.group();
    T bound = bindKind(statement);
    bound = bind(bound, "key", filter.key());
    bound = bind(bound, "group_id", group == null ? null : Hashes.of(group));
    bound = bind(bound, "created_from", filter.createdFrom());
    bound = bind(bound, "created_before", filter.createdBefore());
    bound = bind(bound, "parent_id", filter.parent());
    bound = bind(bound, "from_id", filter.fromId());
    return bind(bound, "to_id", filter.toId());
  }

  private static <T extends SqlStatement<T>> T bind(
      T statement, String name, @Nullable Object value) {
    return value == null ? statement : statement.bind(name, value);
  }
}
