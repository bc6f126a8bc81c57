package dev.ekiden.engine.store;

import dev.ekiden.engine.Group;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Settings of groups. */
public final class GroupTable {

  private static final String SELECT =
      "SELECT name, weight, epoch, held_at, held_reason FROM ekiden.job_group ";

  private static final String INSERT =
      "INSERT INTO ekiden.job_group (id, name) VALUES (:id, :name) ON CONFLICT (id) DO NOTHING";

  private static final String WEIGHT =
      "UPDATE ekiden.job_group SET weight = :weight WHERE id = :id";

  private static final String HOLD =
      """
      UPDATE ekiden.job_group
      SET held_at = COALESCE(held_at, (SELECT ekiden.engine_now())), held_reason = :reason
      WHERE id = :id
      """;

  private static final String RELEASE =
      "UPDATE ekiden.job_group SET held_at = NULL, held_reason = NULL WHERE id = :id";

  private static final String ADVANCE =
      "UPDATE ekiden.job_group SET epoch = epoch + 1 WHERE id = :id RETURNING epoch";

  private static final String RUNNING = "SELECT count(*) FROM ekiden.running WHERE group_id = :id";

  private static final RowMapper<Group> GROUP =
      (row, context) ->
          new Group(
              row.getString("name"),
              row.getDouble("weight"),
              row.getLong("epoch"),
              JobTable.instant(row, "held_at"),
              row.getString("held_reason"));

  private GroupTable() {}

  /** Groups that have settings, by name. */
  public static List<Group> list(Handle handle) {
    return handle.createQuery(SELECT + "ORDER BY name").map(GROUP).list();
  }

  public static Optional<Group> find(Handle handle, long id) {
    return handle.createQuery(SELECT + "WHERE id = :id").bind("id", id).map(GROUP).findOne();
  }

  /** Makes the row of a group that has none. */
  public static void insert(Handle handle, long id, String name) {
    handle.createUpdate(INSERT).bind("id", id).bind("name", name).execute();
  }

  public static void weight(Handle handle, long id, double weight) {
    handle.createUpdate(WEIGHT).bind("id", id).bind("weight", weight).execute();
  }

  /** Holds a group; when this commits, every claim that did not know has ended. */
  public static void hold(Handle handle, long id, @Nullable String reason) {
    Gate.lockAll(handle);
    handle.createUpdate(HOLD).bind("id", id).bind("reason", reason).execute();
  }

  public static void release(Handle handle, long id) {
    handle.createUpdate(RELEASE).bind("id", id).execute();
  }

  /** Begins a new epoch when completions under way have ended, and answers it. */
  public static long advance(Handle handle, long id) {
    Gate.lockEpoch(handle, id);
    return handle.createQuery(ADVANCE).bind("id", id).mapTo(Long.class).one();
  }

  /** How many jobs of a group are claimed. */
  public static long running(Handle handle, long id) {
    return handle.createQuery(RUNNING).bind("id", id).mapTo(Long.class).one();
  }
}
