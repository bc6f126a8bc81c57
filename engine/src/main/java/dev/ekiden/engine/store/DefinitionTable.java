package dev.ekiden.engine.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Queues and definitions by name and number. */
public final class DefinitionTable {

  /** A definition as jobs refer to it. */
  public record Row(
      int id, String name, short queueId, String queue, int priority, int vcpus, int revision) {}

  private static final String INSERT_QUEUES =
      """
      INSERT INTO ekiden.queue (name)
      SELECT name
      FROM unnest(CAST(:names AS text[])) AS name
      WHERE NOT EXISTS (SELECT FROM ekiden.queue WHERE queue.name = name.name)
      ORDER BY name COLLATE "C"
      ON CONFLICT (name) DO NOTHING
      """;

  private static final String UPSERT =
      """
      INSERT INTO ekiden.definition AS present (name, queue_id, priority, vcpus, settings)
      SELECT :name, queue.id, :priority, :vcpus, CAST(:settings AS jsonb)
      FROM ekiden.queue
      WHERE queue.name = :queue
      ON CONFLICT (name) DO UPDATE
      SET queue_id = excluded.queue_id,
          priority = excluded.priority,
          vcpus = excluded.vcpus,
          settings = excluded.settings,
          revision = present.revision + 1
      WHERE :owner
        AND (present.queue_id, present.priority, present.vcpus, present.settings)
            IS DISTINCT FROM
            (excluded.queue_id, excluded.priority, excluded.vcpus, excluded.settings)
      """;

  private static final String SELECT =
      """
      SELECT definition.id, definition.name, definition.queue_id, queue.name AS queue,
             definition.priority, definition.vcpus, definition.revision
      FROM ekiden.definition
      JOIN ekiden.queue ON queue.id = definition.queue_id
      """;

  private static final RowMapper<Row> MAPPER =
      (row, context) ->
          new Row(
              row.getInt("id"),
              row.getString("name"),
              row.getShort("queue_id"),
              row.getString("queue"),
              row.getInt("priority"),
              row.getInt("vcpus"),
              row.getInt("revision"));

  private DefinitionTable() {}

  /** Makes the queues that are not there yet. */
  public static void insertQueues(Handle handle, Collection<String> names) {
    handle
        .createUpdate(INSERT_QUEUES)
        .bindArray("names", String.class, List.copyOf(names))
        .execute();
  }

  /**
   * Stores a definition of a queue that is there; a change of its settings raises its revision.
   *
   * @param owner whether the caller runs it and so decides about its settings; else a definition
   *     that is there already stays as it is
   */
  public static void upsert(
      Handle handle,
      String name,
      String queue,
      int priority,
      int vcpus,
      String settings,
      boolean owner) {
    handle
        .createUpdate(UPSERT)
        .bind("name", name)
        .bind("queue", queue)
        .bind("priority", priority)
        .bind("vcpus", vcpus)
        .bind("settings", settings)
        .bind("owner", owner)
        .execute();
  }

  public static Optional<Row> find(Handle handle, String name) {
    return handle
        .createQuery(SELECT + "WHERE definition.name = :name")
        .bind("name", name)
        .map(MAPPER)
        .findOne();
  }

  public static List<Row> all(Handle handle) {
    return handle.createQuery(SELECT + "ORDER BY definition.name").map(MAPPER).list();
  }
}
