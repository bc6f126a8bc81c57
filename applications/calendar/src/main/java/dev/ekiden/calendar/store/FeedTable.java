package dev.ekiden.calendar.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Table {@code feed}. Stateless; in the caller's transaction. */
public final class FeedTable {

  private static final String INSERT =
      """
      INSERT INTO calendar.feed (space_id, name, token_hash, created_at, changed_at)
      VALUES (:spaceId, :name, :tokenHash, :now, :now)
      RETURNING id, space_id, name, created_at, changed_at
      """;

  private static final String LIST =
      """
      SELECT id, space_id, name, created_at, changed_at
      FROM calendar.feed
      WHERE space_id = :spaceId
      ORDER BY id
      """;

  private static final String FIND =
      """
      SELECT id, space_id, name, created_at, changed_at
      FROM calendar.feed
      WHERE token_hash = :tokenHash
      """;

  private static final String DELETE =
      """
      DELETE FROM calendar.feed
      WHERE id = :id AND space_id = :spaceId
      """;

  /** Writes only if it is something else than before: most reads of a feed write nothing. */
  private static final String NOTE_CONTENT =
      """
      UPDATE calendar.feed
      SET content_hash = :hash, changed_at = :now
      WHERE id = :id AND content_hash IS DISTINCT FROM :hash
      """;

  private static final String CHANGED_AT =
      """
      SELECT changed_at
      FROM calendar.feed
      WHERE id = :id
      """;

  /** A feed without its secret. */
  public record Feed(long id, long spaceId, String name, Instant createdAt, Instant changedAt) {}

  private FeedTable() {}

  public static Feed insert(
      Handle handle, long spaceId, String name, byte[] tokenHash, Instant now) {
    return handle
        .createQuery(INSERT)
        .bind("spaceId", spaceId)
        .bind("name", name)
        .bind("tokenHash", tokenHash)
        .bind("now", now)
        .map((row, context) -> map(row))
        .one();
  }

  public static List<Feed> list(Handle handle, long spaceId) {
    return handle.createQuery(LIST).bind("spaceId", spaceId).map((row, context) -> map(row)).list();
  }

  public static Optional<Feed> find(Handle handle, byte[] tokenHash) {
    return handle
        .createQuery(FIND)
        .bind("tokenHash", tokenHash)
        .map((row, context) -> map(row))
        .findOne();
  }

  /** Whether there was such a feed of this space. */
  public static boolean delete(Handle handle, long spaceId, long id) {
    return handle.createUpdate(DELETE).bind("id", id).bind("spaceId", spaceId).execute() == 1;
  }

  /** Notes what a feed says; since when it says that. */
  public static Instant noteContent(Handle handle, long id, byte[] hash, Instant now) {
    handle.createUpdate(NOTE_CONTENT).bind("id", id).bind("hash", hash).bind("now", now).execute();
    return handle
        .createQuery(CHANGED_AT)
        .bind("id", id)
        .map((row, context) -> instant(row, "changed_at"))
        .one();
  }

  private static Feed map(ResultSet row) throws SQLException {
    return new Feed(
        row.getLong("id"),
        row.getLong("space_id"),
        row.getString("name"),
        instant(row, "created_at"),
        instant(row, "changed_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
