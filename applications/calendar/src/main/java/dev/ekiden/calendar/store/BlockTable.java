package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;

import dev.ekiden.calendar.availability.Block;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Tables {@code block_source} and {@code block}. Stateless; in the caller's transaction. */
public final class BlockTable {

  private static final String READ =
      """
      SELECT source.space_id, source.name, block.from_at, block.to_at
      FROM calendar.block_source AS source
      JOIN calendar.block ON block.source_id = source.id
      WHERE source.space_id = ANY(:ids) AND block.from_at < :to AND block.to_at > :from
      UNION ALL
      SELECT used.space_id, source.name, block.from_at, block.to_at
      FROM calendar.space_resource AS used
      JOIN calendar.block_source AS source ON source.resource_id = used.resource_id
      JOIN calendar.block ON block.source_id = source.id
      WHERE used.space_id = ANY(:ids) AND block.from_at < :to AND block.to_at > :from
      """;

  private static final String PUT_SPACE_SOURCE =
      """
      INSERT INTO calendar.block_source (space_id, name, imported_at, through)
      VALUES (:id, :name, :now, :through)
      ON CONFLICT (space_id, name)
      DO UPDATE SET imported_at = excluded.imported_at, through = excluded.through
      RETURNING id
      """;

  private static final String PUT_RESOURCE_SOURCE =
      """
      INSERT INTO calendar.block_source (resource_id, name, imported_at, through)
      VALUES (:id, :name, :now, :through)
      ON CONFLICT (resource_id, name)
      DO UPDATE SET imported_at = excluded.imported_at, through = excluded.through
      RETURNING id
      """;

  private static final String FIND_SPACE_SOURCE =
      """
      SELECT id
      FROM calendar.block_source
      WHERE space_id = :id AND name = :name
      """;

  private static final String FIND_RESOURCE_SOURCE =
      """
      SELECT id
      FROM calendar.block_source
      WHERE resource_id = :id AND name = :name
      """;

  private static final String LIST_OF_SPACE =
      """
      SELECT source.name, resource.code AS resource, source.imported_at, source.through,
             (SELECT count(*) FROM calendar.block WHERE block.source_id = source.id) AS blocks
      FROM calendar.block_source AS source
      LEFT JOIN calendar.resource ON resource.id = source.resource_id
      WHERE source.space_id = :id
         OR source.resource_id IN (
           SELECT resource_id FROM calendar.space_resource WHERE space_id = :id)
      ORDER BY resource.code NULLS FIRST, source.name
      """;

  private static final String LIST_OF_RESOURCE =
      """
      SELECT source.name, resource.code AS resource, source.imported_at, source.through,
             (SELECT count(*) FROM calendar.block WHERE block.source_id = source.id) AS blocks
      FROM calendar.block_source AS source
      JOIN calendar.resource ON resource.id = source.resource_id
      WHERE source.resource_id = :id
      ORDER BY source.name
      """;

  private static final String DELETE_SOURCE =
      """
      DELETE FROM calendar.block_source
      WHERE id = :id
      """;

  private static final String STORED =
      """
      SELECT uid, from_at, to_at
      FROM calendar.block
      WHERE source_id = :id
      """;

  private static final String DELETE =
      """
      DELETE FROM calendar.block
      USING unnest(:uids, CAST(:froms AS timestamptz[]), CAST(:tos AS timestamptz[]))
        AS given (uid, from_at, to_at)
      WHERE block.source_id = :id
        AND block.from_at = given.from_at
        AND block.to_at = given.to_at
        AND block.uid = given.uid
      """;

  private static final String INSERT =
      """
      INSERT INTO calendar.block (source_id, uid, from_at, to_at)
      SELECT :id, uid, from_at, to_at
      FROM unnest(:uids, CAST(:froms AS timestamptz[]), CAST(:tos AS timestamptz[]))
        AS given (uid, from_at, to_at)
      """;

  private static final String RESOURCE_ID =
      """
      SELECT id
      FROM calendar.resource
      WHERE code = :code
      """;

  private static final String SPACES_OF_RESOURCE =
      """
      SELECT space_id
      FROM calendar.space_resource
      WHERE resource_id = ANY(:ids)
      ORDER BY space_id
      """;

  /** What a source blocks. */
  public enum Target {
    SPACE,
    RESOURCE
  }

  /** A stored time of an event. */
  public record Busy(String uid, Instant from, Instant to) {}

  /**
   * A source as it is listed.
   *
   * @param resource the code of the resource that it blocks; empty if it blocks a space
   * @param through repeating events are known until then
   */
  public record Source(
      String name, Optional<String> resource, Instant importedAt, Instant through, long blocks) {}

  private record OfSpace(long spaceId, Block block) {}

  private BlockTable() {}

  /** What blocks these spaces at some time of {@code [from, to)}, by space. */
  static Map<Long, List<Block>> read(
      Handle handle, Collection<Long> spaceIds, Instant from, Instant to) {
    Map<Long, List<Block>> blocks = new HashMap<>();
    handle
        .createQuery(READ)
        .bindArray("ids", Long.class, spaceIds)
        .bind("from", from)
        .bind("to", to)
        .map((row, context) ->
            new OfSpace(
                row.getLong("space_id"),
                new Block(instant(row, "from_at"), instant(row, "to_at"), row.getString("name"))))
        .forEach(found ->
            blocks.computeIfAbsent(found.spaceId(), id -> new ArrayList<>()).add(found.block()));
    return blocks;
  }

  /** The id of a resource, if there is one of this code. */
  public static OptionalLong resourceId(Handle handle, String code) {
    return handle
        .createQuery(RESOURCE_ID)
        .bind("code", code)
        .mapTo(Long.class)
        .findOne()
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }

  /** The spaces that what is blocked closes, in the order of their ids. */
  public static Set<Long> spaces(Handle handle, Target target, long id) {
    return switch (target) {
      case SPACE -> Set.of(id);
      case RESOURCE -> Rows.idsOfIds(handle, SPACES_OF_RESOURCE, List.of(id));
    };
  }

  /** Adds a source or notes its new import; its id. Holds its row until the transaction ends. */
  public static long putSource(
      Handle handle, Target target, long id, String name, Instant now, Instant through) {
    return handle
        .createQuery(
            switch (target) {
              case SPACE -> PUT_SPACE_SOURCE;
              case RESOURCE -> PUT_RESOURCE_SOURCE;
            })
        .bind("id", id)
        .bind("name", name)
        .bind("now", now)
        .bind("through", through)
        .mapTo(Long.class)
        .one();
  }

  public static OptionalLong findSource(Handle handle, Target target, long id, String name) {
    return handle
        .createQuery(
            switch (target) {
              case SPACE -> FIND_SPACE_SOURCE;
              case RESOURCE -> FIND_RESOURCE_SOURCE;
            })
        .bind("id", id)
        .bind("name", name)
        .mapTo(Long.class)
        .findOne()
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }

  /** The sources that block a space, also those of its resources; or those of a resource. */
  public static List<Source> sources(Handle handle, Target target, long id) {
    return handle
        .createQuery(
            switch (target) {
              case SPACE -> LIST_OF_SPACE;
              case RESOURCE -> LIST_OF_RESOURCE;
            })
        .bind("id", id)
        .map((row, context) ->
            new Source(
                row.getString("name"),
                Optional.ofNullable(row.getString("resource")),
                instant(row, "imported_at"),
                instant(row, "through"),
                row.getLong("blocks")))
        .list();
  }

  /** Forgets a source with all it blocks. */
  public static void deleteSource(Handle handle, long sourceId) {
    handle.createUpdate(DELETE_SOURCE).bind("id", sourceId).execute();
  }

  /** Everything that is stored of a source. */
  public static List<Busy> stored(Handle handle, long sourceId) {
    return handle
        .createQuery(STORED)
        .bind("id", sourceId)
        .map((row, context) ->
            new Busy(row.getString("uid"), instant(row, "from_at"), instant(row, "to_at")))
        .list();
  }

  public static void delete(Handle handle, long sourceId, Collection<Busy> gone) {
    write(handle, DELETE, sourceId, gone);
  }

  public static void insert(Handle handle, long sourceId, Collection<Busy> added) {
    write(handle, INSERT, sourceId, added);
  }

  private static void write(Handle handle, String sql, long sourceId, Collection<Busy> blocks) {
    if (blocks.isEmpty()) {
      return;
    }
    handle
        .createUpdate(sql)
        .bind("id", sourceId)
        .bindArray("uids", String.class, column(blocks, Busy::uid))
        .bindArray("froms", String.class, column(blocks, busy -> busy.from().toString()))
        .bindArray("tos", String.class, column(blocks, busy -> busy.to().toString()))
        .execute();
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
