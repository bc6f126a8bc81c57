package dev.ekiden.calendar.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Tables {@code bulk_feed} and {@code bulk_feed_part}. Stateless; in the caller's transaction. */
public final class BulkFeedTable {

  private static final String INSERT =
      """
      INSERT INTO calendar.bulk_feed (from_day, to_day, created_at, change_cursor)
      VALUES (:from, :to, :now, :changeCursor)
      RETURNING id
      """;

  private static final String FIND =
      """
      SELECT id, from_day, to_day, created_at, last_plan_id, plans, lines, published_at, bytes, sha256,
             change_cursor
      FROM calendar.bulk_feed
      WHERE id = :id
      """;

  private static final String LOCK =
      """
      SELECT id, from_day, to_day, created_at, last_plan_id, plans, lines, published_at, bytes, sha256,
             change_cursor
      FROM calendar.bulk_feed
      WHERE id = :id
      FOR UPDATE
      """;

  private static final String LIST =
      """
      SELECT id, from_day, to_day, created_at, last_plan_id, plans, lines, published_at, bytes, sha256,
             change_cursor
      FROM calendar.bulk_feed
      ORDER BY id DESC
      LIMIT :limit
      """;

  private static final String LATEST =
      """
      SELECT id
      FROM calendar.bulk_feed
      WHERE published_at IS NOT NULL
      ORDER BY id DESC
      LIMIT 1
      """;

  private static final String ADD_PART =
      """
      INSERT INTO calendar.bulk_feed_part (feed_id, number, content)
      SELECT :id, coalesce(max(number), 0) + 1, :content
      FROM calendar.bulk_feed_part
      WHERE feed_id = :id
      """;

  private static final String ADVANCE =
      """
      UPDATE calendar.bulk_feed
      SET last_plan_id = :lastPlanId, plans = plans + :plans, lines = lines + :lines
      WHERE id = :id
      """;

  private static final String PART =
      """
      SELECT content
      FROM calendar.bulk_feed_part
      WHERE feed_id = :id AND number = :number
      """;

  private static final String PUBLISH =
      """
      UPDATE calendar.bulk_feed
      SET published_at = :now, bytes = :bytes, sha256 = :sha256
      WHERE id = :id AND published_at IS NULL
      """;

  /** What is being made is newer than what it replaces; what was given up is not. */
  private static final String FORGET =
      """
      DELETE FROM calendar.bulk_feed
      WHERE id < (
        SELECT id
        FROM calendar.bulk_feed
        WHERE published_at IS NOT NULL
        ORDER BY id DESC
        OFFSET :kept - 1
        LIMIT 1)
      """;

  /**
   * How far the file is.
   *
   * @param changeCursor what has changed since the file was begun comes after it
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  public record BulkFeed(
      long id,
      LocalDate from,
      LocalDate to,
      Instant createdAt,
      long lastPlanId,
      int plans,
      long lines,
      long changeCursor,
      Optional<Published> published) {}

  /** What is known once it is complete. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  public record Published(Instant at, long bytes, byte[] sha256) {}

  private BulkFeedTable() {}

  public static long insert(
      Handle handle, LocalDate from, LocalDate to, long changeCursor, Instant now) {
    return handle
        .createQuery(INSERT)
        .bind("from", from)
        .bind("to", to)
        .bind("changeCursor", changeCursor)
        .bind("now", now)
        .mapTo(Long.class)
        .one();
  }

  public static Optional<BulkFeed> find(Handle handle, long id) {
    return handle.createQuery(FIND).bind("id", id).map((row, context) -> map(row)).findOne();
  }

  public static Optional<BulkFeed> lock(Handle handle, long id) {
    return handle.createQuery(LOCK).bind("id", id).map((row, context) -> map(row)).findOne();
  }

  /** The newest first. */
  public static List<BulkFeed> list(Handle handle, int limit) {
    return handle.createQuery(LIST).bind("limit", limit).map((row, context) -> map(row)).list();
  }

  /** The newest that is complete. */
  public static Optional<Long> latest(Handle handle) {
    return handle.createQuery(LATEST).mapTo(Long.class).findOne();
  }

  /** Adds a part with some plans, the last of which has this id. */
  public static void addPart(
      Handle handle, long id, byte[] content, long lastPlanId, int plans, long lines) {
    handle.createUpdate(ADD_PART).bind("id", id).bind("content", content).execute();
    handle
        .createUpdate(ADVANCE)
        .bind("id", id)
        .bind("lastPlanId", lastPlanId)
        .bind("plans", plans)
        .bind("lines", lines)
        .execute();
  }

  /** A part, counted from 1, if there are so many. */
  public static Optional<byte[]> part(Handle handle, long id, int number) {
    return handle
        .createQuery(PART)
        .bind("id", id)
        .bind("number", number)
        .map((row, context) -> row.getBytes("content"))
        .findOne();
  }

  public static void publish(Handle handle, long id, long bytes, byte[] sha256, Instant now) {
    handle
        .createUpdate(PUBLISH)
        .bind("id", id)
        .bind("bytes", bytes)
        .bind("sha256", sha256)
        .bind("now", now)
        .execute();
  }

  /** Removes all that is older than so many complete ones. */
  public static void forget(Handle handle, int kept) {
    handle.createUpdate(FORGET).bind("kept", kept).execute();
  }

  private static BulkFeed map(ResultSet row) throws SQLException {
    @Nullable OffsetDateTime published = row.getObject("published_at", OffsetDateTime.class);
    return new BulkFeed(
        row.getLong("id"),
        row.getObject("from_day", LocalDate.class),
        row.getObject("to_day", LocalDate.class),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getLong("last_plan_id"),
        row.getInt("plans"),
        row.getLong("lines"),
        row.getLong("change_cursor"),
        published == null
            ? Optional.empty()
            : Optional.of(
                new Published(
                    published.toInstant(), row.getLong("bytes"), row.getBytes("sha256"))));
  }
}
