package dev.ekiden.fleet.control.store;

import dev.ekiden.fleet.Term;
import dev.ekiden.fleet.control.FleetDecision;
import dev.ekiden.fleet.control.FleetDecision.Launch;
import dev.ekiden.fleet.control.FleetDecision.Seen;
import dev.ekiden.fleet.control.FleetDecision.Stop;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Decisions; rows are added and, after their time, deleted, and never changed. */
public final class DecisionTable {
  private static final String ADD =
      """
      INSERT INTO ekiden.fleet_decision
        (fleet, at, revision, epoch, desired, observed, launches, stops, reason, why,
         rejected)
      VALUES (:fleet, :at, :revision, :epoch, :desired, CAST(:observed AS jsonb),
              CAST(:launches AS jsonb), CAST(:stops AS jsonb), :reason, CAST(:why AS jsonb),
              CAST(:rejected AS jsonb))
      """;

  private static final String OF_FLEET =
      """
      SELECT *
      FROM ekiden.fleet_decision
      WHERE fleet = :fleet AND id < :before
      ORDER BY id DESC
      LIMIT :max
      """;

  // Ids rise with time, near enough: the oldest are the first ones.
  private static final String FORGET =
      """
      DELETE FROM ekiden.fleet_decision
      WHERE id IN (
        SELECT id
        FROM (SELECT id, at FROM ekiden.fleet_decision ORDER BY id LIMIT :max) AS oldest
        WHERE at < clock_timestamp() - :age_micros * interval '1 microsecond')
      """;

  private static final RowMapper<FleetDecision> DECISION = (row, context) -> decision(row);

  private DecisionTable() {}

  public static void add(Handle handle, FleetDecision decision) {
    handle
        .createUpdate(ADD)
        .bind("fleet", decision.fleet())
        .bind("at", decision.at())
        .bind("revision", decision.revision())
        .bind("epoch", decision.epoch())
        .bind("desired", decision.desired())
        .bind("observed", FleetJson.write(decision.observed()))
        .bind("launches", FleetJson.write(decision.launches()))
        .bind("stops", FleetJson.write(decision.stops()))
        .bind("reason", decision.reason())
        .bind("why", FleetJson.write(decision.why().toArray(Term[]::new)))
        .bind("rejected", FleetJson.write(decision.rejected()))
        .execute();
  }

  /**
   * Decisions of a fleet, the newest first.
   *
   * @param before only those with a smaller id
   */
  public static List<FleetDecision> ofFleet(Handle handle, String fleet, long before, int max) {
    return handle
        .createQuery(OF_FLEET)
        .bind("fleet", fleet)
        .bind("before", before)
        .bind("max", max)
        .map(DECISION)
        .list();
  }

  public static Optional<FleetDecision> last(Handle handle, String fleet) {
    return ofFleet(handle, fleet, Long.MAX_VALUE, 1).stream().findFirst();
  }

  /** Deletes old ones, at most so many; answers how many. */
  public static int forget(Handle handle, Duration age, int max) {
    return handle
        .createUpdate(FORGET)
        .bind("max", max)
        .bind("age_micros", age.toNanos() / 1_000)
        .execute();
  }

  private static FleetDecision decision(ResultSet row) throws SQLException {
    return new FleetDecision(
        row.getLong("id"),
        row.getString("fleet"),
        row.getTimestamp("at").toInstant(),
        row.getLong("revision"),
        row.getLong("epoch"),
        row.getInt("desired"),
        FleetJson.read(row.getString("observed"), Seen.class),
        List.of(FleetJson.read(row.getString("launches"), Launch[].class)),
        List.of(FleetJson.read(row.getString("stops"), Stop[].class)),
        row.getString("reason"),
        why(row.getString("why")),
        List.of(FleetJson.read(row.getString("rejected"), String[].class)));
  }

  private static List<Term> why(@Nullable String json) {
    return json == null ? List.of() : List.of(FleetJson.read(json, Term[].class));
  }
}
