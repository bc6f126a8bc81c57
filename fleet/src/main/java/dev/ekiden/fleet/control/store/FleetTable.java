package dev.ekiden.fleet.control.store;

import dev.ekiden.fleet.Memory;
import dev.ekiden.fleet.control.Fleet;
import dev.ekiden.fleet.control.FleetDocument;
import dev.ekiden.fleet.control.FleetSpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** What fleets should be, and what one decision leaves for the next. */
public final class FleetTable {
  private static final String ALL =
      """
      SELECT name, revision, document, created_at, changed_at, memory, decided_at
      FROM ekiden.fleet
      ORDER BY name
      """;

  private static final String FIND =
      """
      SELECT name, revision, document, created_at, changed_at, memory, decided_at
      FROM ekiden.fleet
      WHERE name = :name
      """;

  // A document that is the same changes nothing, not even the revision.
  private static final String PUT =
      """
      INSERT INTO ekiden.fleet (name, revision, document, created_at, changed_at)
      VALUES (:name, 1, CAST(:document AS jsonb), clock_timestamp(), clock_timestamp())
      ON CONFLICT (name) DO UPDATE
      SET document = excluded.document,
          revision = fleet.revision + 1,
          changed_at = excluded.changed_at
      WHERE fleet.document <> excluded.document
      """;

  private static final String PUT_IF =
      """
      UPDATE ekiden.fleet
      SET document = CAST(:document AS jsonb),
          revision = revision + CASE WHEN document <> CAST(:document AS jsonb) THEN 1 ELSE 0 END,
          changed_at = CASE WHEN document <> CAST(:document AS jsonb) THEN clock_timestamp()
                            ELSE changed_at END
      WHERE name = :name AND revision = :revision
      """;

  private static final String QUEUES_OF_PROGRAMS =
      """
      SELECT queue.name
      FROM ekiden.queue
      WHERE queue.name = ANY (CAST(:queues AS text[]))
        AND EXISTS (SELECT FROM ekiden.definition WHERE queue_id = queue.id)
        AND NOT EXISTS (
          SELECT FROM ekiden.definition
          WHERE queue_id = queue.id
            AND NOT EXISTS (
              SELECT FROM ekiden.command_revision WHERE command_revision.name = definition.name))
      ORDER BY queue.name
      """;

  private static final String REMOVE = "DELETE FROM ekiden.fleet WHERE name = :name";

  private static final String REMEMBER =
      """
      UPDATE ekiden.fleet
      SET memory = CAST(:memory AS jsonb), decided_at = :decided_at
      WHERE name = :name
      """;

  private static final RowMapper<Fleet> FLEET = (row, context) -> fleet(row);

  private FleetTable() {}

  /** Which of these queues have jobs of programs only. */
  public static List<String> queuesOfPrograms(Handle handle, List<String> queues) {
    return handle
        .createQuery(QUEUES_OF_PROGRAMS)
        .bindArray("queues", String.class, queues)
        .mapTo(String.class)
        .list();
  }

  /** All fleets by name. */
  public static List<Fleet> all(Handle handle) {
    return handle.createQuery(ALL).map(FLEET).list();
  }

  public static Optional<Fleet> find(Handle handle, String name) {
    return handle.createQuery(FIND).bind("name", name).map(FLEET).findOne();
  }

  /** Makes a fleet, or changes it. */
  public static void put(Handle handle, FleetSpec spec) {
    handle
        .createUpdate(PUT)
        .bind("name", spec.name())
        .bind("document", FleetJson.write(FleetDocument.of(spec)))
        .execute();
  }

  /** Changes a fleet if its revision is still this one; false if it is not. */
  public static boolean put(Handle handle, FleetSpec spec, long revision) {
    return handle
            .createUpdate(PUT_IF)
            .bind("name", spec.name())
            .bind("document", FleetJson.write(FleetDocument.of(spec)))
            .bind("revision", revision)
            .execute()
        == 1;
  }

  /** Whether there was one. */
  public static boolean remove(Handle handle, String name) {
    return handle.createUpdate(REMOVE).bind("name", name).execute() == 1;
  }

  /** Keeps what a decision leaves for the next. */
  public static void remember(Handle handle, String name, Memory memory, Instant decidedAt) {
    handle
        .createUpdate(REMEMBER)
        .bind("name", name)
        .bind("memory", FleetJson.write(memory))
        .bind("decided_at", decidedAt)
        .execute();
  }

  private static Fleet fleet(ResultSet row) throws SQLException {
    String memory = row.getString("memory");
    return new Fleet(
        FleetJson.read(row.getString("document"), FleetDocument.class).spec(row.getString("name")),
        row.getLong("revision"),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("changed_at").toInstant(),
        memory == null ? Memory.NONE : FleetJson.read(memory, Memory.class),
        instant(row, "decided_at"));
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    Timestamp value = row.getTimestamp(column);
    return value == null ? null : value.toInstant();
  }
}
