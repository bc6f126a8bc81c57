package dev.ekiden.fleet.command.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Every revision of every definition, as it was written. */
public final class RevisionTable {

  /** One of them. */
  public record Row(String name, int revision, String source, Instant appliedAt) {}

  // Whoever adds revisions does so alone, so their numbers are committed in order.
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtextextended('ekiden command revisions', 0))";

  private static final String NUMBER =
      "SELECT COALESCE(max(number), 0) FROM ekiden.command_revision";

  private static final String INSERT =
      """
      INSERT INTO ekiden.command_revision (name, revision, source, applied_at)
      VALUES (:name, :revision, :source, clock_timestamp())
      """;

  private static final String NEWEST =
      """
      SELECT DISTINCT ON (name) name, revision, source, applied_at
      FROM ekiden.command_revision
      ORDER BY name, revision DESC
      """;

  private static final String FIND =
      """
      SELECT name, revision, source, applied_at
      FROM ekiden.command_revision
      WHERE name = :name AND revision = :revision
      """;

  private static final String HISTORY =
      """
      SELECT name, revision, source, applied_at
      FROM ekiden.command_revision
      WHERE name = :name
      ORDER BY revision DESC
      LIMIT :max
      """;

  private static final RowMapper<Row> MAPPER =
      (row, context) ->
          new Row(
              row.getString("name"),
              row.getInt("revision"),
              row.getString("source"),
              row.getTimestamp("applied_at").toInstant());

  private RevisionTable() {}

  /** Waits for others who add revisions, and keeps them out until the transaction ends. */
  public static void lock(Handle handle) {
    handle.execute(LOCK);
  }

  /** Grows with each revision that is committed. */
  public static long number(Handle handle) {
    return handle.createQuery(NUMBER).mapTo(Long.class).one();
  }

  public static void insert(Handle handle, String name, int revision, String source) {
    handle
        .createUpdate(INSERT)
        .bind("name", name)
        .bind("revision", revision)
        .bind("source", source)
        .execute();
  }

  /** The newest of each definition, by name. */
  public static List<Row> newest(Handle handle) {
    return handle.createQuery(NEWEST).map(MAPPER).list();
  }

  public static Optional<Row> find(Handle handle, String name, int revision) {
    return handle
        .createQuery(FIND)
        .bind("name", name)
        .bind("revision", revision)
        .map(MAPPER)
        .findOne();
  }

  /** The last revisions of a definition, the newest first. */
  public static List<Row> history(Handle handle, String name, int max) {
    return handle.createQuery(HISTORY).bind("name", name).bind("max", max).map(MAPPER).list();
  }
}
