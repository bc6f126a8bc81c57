package dev.ekiden.engine.store;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.ArrayTable.Ends;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Ends that end their jobs: nothing runs again, and nobody was lost. That is nearly all of them, so
 * the statement does no more than that, and tells of most jobs only their ids.
 */
final class EndTable {
  // The arrays are sorted by id and name each id once, so that what belongs to a row is found at
  // its place among the ids without a join; texts are joined, for an array of them is walked from
  // its start. An array may be shorter than the ids: what is missing is NULL. What an attempt of
  // an older epoch of its group comes to is not decided here. For its FULL joins see Plans.
  private static final String END =
      Columns.in(
          Plans.USE_INDEXES_FIRST
              + """
              WITH moment AS MATERIALIZED (SELECT ekiden.engine_now() AS now),
              held AS MATERIALIZED (
                SELECT id, queue_id, attempt, worker_id, key_kind, key, wakes, failures, losses,
                       claimed_at, started_at, completed, completed_result
                FROM ekiden.running
                WHERE id = ANY (CAST(:ids AS bigint[]))
                  AND attempt = (CAST(:attempts AS integer[]))[width_bucket(id, CAST(:ids AS bigint[]))]
                  AND worker_id
                      = (CAST(:worker_ids AS bigint[]))[width_bucket(id, CAST(:ids AS bigint[]))]
                  AND CASE WHEN group_id = 0 THEN true
                           ELSE group_epoch
                                = COALESCE(
                                    (SELECT epoch FROM ekiden.job_group WHERE job_group.id = group_id),
                                    1)
                      END
                FOR UPDATE SKIP LOCKED
              ),
              matched AS MATERIALIZED (SELECT array_agg(id) AS ids FROM held),
              gone AS (
                DELETE FROM ekiden.running
                WHERE id = ANY (CAST((SELECT ids FROM matched) AS bigint[]))
              ),
              ended AS (
                DELETE FROM ekiden.job
                WHERE id = ANY (CAST((SELECT ids FROM matched) AS bigint[]))
                RETURNING *
              ),
              """
              + SettleTable.history(
                  """
                  SELECT id, attempt, failures, losses, worker_id, claimed_at, false AS worker_lost,
                         CASE WHEN completed THEN 'SUCCEEDED' ELSE wanted END AS outcome,
                         CASE WHEN ago_micros IS NULL THEN started_at
                              ELSE (SELECT now FROM moment) - ago_micros * interval '1 microsecond'
                         END AS started_at,
                         CASE WHEN completed THEN CAST(completed_result AS text) ELSE given_result
                         END AS result,
                         CASE WHEN completed THEN NULL ELSE given_error_type END AS error_type,
                         CASE WHEN completed THEN NULL ELSE given_error END AS error
                  FROM held
                  FULL JOIN unnest(
                         CAST(:ids AS bigint[]), CAST(:outcomes AS text[]), CAST(:agos AS bigint[]),
                         CAST(:results AS text[]), CAST(:error_types AS text[]),
                         CAST(:errors AS text[]))
                       AS t(id, wanted, ago_micros, given_result, given_error_type, given_error)
                       USING (id)
                  WHERE CASE WHEN attempt IS NULL OR wanted IS NULL THEN false ELSE true END
                  """)
              + """
              SELECT queue_id, array_agg(id) AS ids, CAST(NULL AS bigint) AS id,
                     CAST(NULL AS text) AS key_kind, CAST(NULL AS text) AS key,
                     CAST(NULL AS smallint) AS wakes, false AS completed,
                     CAST(NULL AS bigint) AS parent_id
              FROM held
              WHERE key IS NULL AND wakes IS NULL AND NOT completed
              GROUP BY queue_id
              UNION ALL
              SELECT queue_id, NULL, id, CAST(key_kind AS text), key, wakes, completed, NULL
              FROM held
              WHERE key IS NOT NULL OR wakes IS NOT NULL OR completed
              UNION ALL -- and after them those that are children of array jobs
              SELECT NULL, NULL, id, NULL, NULL, NULL, NULL, parent_id
              FROM ended
              WHERE parent_id IS NOT NULL
              """);

  private static final Comparator<Settlement> LATEST_FIRST =
      Comparator.comparingLong((Settlement settlement) -> settlement.ref().jobId())
          .thenComparingInt(settlement -> -settlement.ref().attempt());

  private EndTable() {}

  /**
   * Ends what ends with its job and is as it should be; also {@link Plans#useIndexes}.
   *
   * @param settlements of any kind; those that do not end a job are passed by
   * @param ofParents gets how many children of each array job ended
   * @return those that counted
   */
  static List<Settled> end(
      Handle handle, Collection<Settlement> settlements, SortedMap<Long, Ends> ofParents) {
    List<Settlement> ending = ending(settlements);
    if (ending.isEmpty()) {
      return new ArrayList<>();
    }
    List<Long> ids = ending.stream().map(end -> end.ref().jobId()).toList();
    try (Query query = handle.createQuery(END)) {
      return query
          .bind("ids", SqlArray.bigints(ending, end -> end.ref().jobId()))
          .bind("attempts", SqlArray.integers(ending, end -> end.ref().attempt()))
          .bind("worker_ids", SqlArray.bigints(ending, end -> end.ref().workerId()))
          .bind("outcomes", SqlArray.texts(ending, end -> end.outcome().name()))
          .bind("agos", SqlArray.bigints(ending, Settlement::startedAgoMicros))
          .bind("results", SqlArray.texts(written(ending, Settlement::result), Settlement::result))
          .bind(
              "error_types",
              SqlArray.texts(written(ending, Settlement::errorType), Settlement::errorType))
          .bind("errors", SqlArray.texts(written(ending, Settlement::error), Settlement::error))
          .execute((statement, context) ->
              Plans.second(statement.get(), rows -> settled(rows, ids, ending, ofParents)));
    }
  }

  /** Those that end a job, each job once, in the order of the ids. */
  private static List<Settlement> ending(Collection<Settlement> settlements) {
    List<Settlement> ending = new ArrayList<>(settlements.size());
    for (Settlement settlement : settlements) {
      if (SettleTable.endsJob(settlement.outcome()) && !settlement.workerLost()) {
        ending.add(settlement);
      }
    }
    ending.sort(LATEST_FIRST);
    long before = 0;
    for (Iterator<Settlement> rest = ending.iterator(); rest.hasNext(); ) {
      long id = rest.next().ref().jobId();
      if (id == before) {
        rest.remove();
      }
      before = id;
    }
    return ending;
  }

  /** Those up to the last that has such a text: most often none, and nothing is to be sent. */
  private static List<Settlement> written(
      List<Settlement> ending, Function<Settlement, @Nullable String> text) {
    int size = ending.size();
    while (size > 0 && text.apply(ending.get(size - 1)) == null) {
      size--;
    }
    return ending.subList(0, size);
  }

  private static List<Settled> settled(
      ResultSet row, List<Long> ids, List<Settlement> ending, SortedMap<Long, Ends> ofParents)
      throws SQLException {
    Map<Long, Settled> settled = LinkedHashMap.newLinkedHashMap(ids.size());
    while (row.next()) {
      Array plainIds = row.getArray("ids");
      if (plainIds != null) {
        short queueId = row.getShort("queue_id");
        for (Long id : (Long[]) plainIds.getArray()) {
          Settlement plain = ending.get(Collections.binarySearch(ids, id));
          settled.put(
              id, new Settled(plain.ref(), queueId, null, null, null, plain.outcome(), false));
        }
        continue;
      }
      long id = row.getLong("id");
      Long parent = JobTable.number(row, "parent_id");
      if (parent != null) {
        settled.computeIfPresent(id, (child, end) -> end.countedFor(parent, ofParents));
        continue;
      }
      Settlement special = ending.get(Collections.binarySearch(ids, id));
      settled.put(
          id,
          new Settled(
              special.ref(),
              row.getShort("queue_id"),
              SettleTable.keyKind(row.getString("key_kind")),
              row.getString("key"),
              row.getObject("wakes") == null ? null : row.getShort("wakes"),
              row.getBoolean("completed") ? Outcome.SUCCEEDED : special.outcome(),
              false));
    }
    return new ArrayList<>(settled.values());
  }
}
