package dev.ekiden.calendar.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** What classes of SQL say often: a column of many rows, ids of many codes, the row of an id. */
public final class Rows {

  private Rows() {}

  /** One value of each row: the column that a bulk statement binds as an array. */
  public static <R, V> List<V> column(Collection<R> rows, Function<? super R, ? extends V> value) {
    List<V> column = new ArrayList<>(rows.size());
    for (R row : rows) {
      column.add(value.apply(row));
    }
    return column;
  }

  /** {@link #column} of values that may be null. */
  public static <R, V> List<@Nullable V> nullableColumn(
      Collection<R> rows, Function<? super R, ? extends @Nullable V> value) {
    List<@Nullable V> column = new ArrayList<>(rows.size());
    for (R row : rows) {
      column.add(value.apply(row));
    }
    return column;
  }

  /** What belongs to a key that a foreign key, or the statement before, says must be there. */
  public static <K, V> V of(Map<K, V> rows, K key) {
    V value = rows.get(key);
    if (value == null) {
      throw new IllegalStateException("There is no row of " + key);
    }
    return value;
  }

  static Map<String, Long> idsByCode(Handle handle, String sql, Collection<String> codes) {
    Map<String, Long> ids = new LinkedHashMap<>();
    handle
        .createQuery(sql)
        .bindArray("codes", String.class, codes)
        .map((row, context) -> Map.entry(row.getString("code"), row.getLong("id")))
        .forEach(entry -> ids.put(entry.getKey(), entry.getValue()));
    return ids;
  }

  static <T> List<T> ofIds(Handle handle, String sql, Collection<Long> ids, RowMapper<T> mapper) {
    return handle.createQuery(sql).bindArray("ids", Long.class, ids).map(mapper).list();
  }

  static Set<Long> idsOfIds(Handle handle, String sql, Collection<Long> ids) {
    return new LinkedHashSet<>(ofIds(handle, sql, ids, (row, context) -> row.getLong(1)));
  }
}
