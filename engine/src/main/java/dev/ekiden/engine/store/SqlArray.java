package dev.ekiden.engine.store;

import java.util.Collection;
import java.util.function.Function;
import org.jdbi.v3.core.argument.Argument;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of what rows have in common, for statements of many jobs. The driver sends these in the
 * form that PostgreSQL keeps them in, for it sees the type of their elements; what {@code
 * bindArray} makes is written and read as text, which costs both sides some.
 */
final class SqlArray {
  private SqlArray() {}

  static <T> Argument bigints(Collection<T> rows, Function<T, @Nullable Long> value) {
    return array("bigint", rows.stream().map(value).toArray(Long[]::new));
  }

  static <T> Argument integers(Collection<T> rows, Function<T, Integer> value) {
    return array("integer", rows.stream().map(value).toArray(Integer[]::new));
  }

  static <T> Argument booleans(Collection<T> rows, Function<T, Boolean> value) {
    return array("boolean", rows.stream().map(value).toArray(Boolean[]::new));
  }

  static <T> Argument texts(Collection<T> rows, Function<T, @Nullable String> value) {
    return array("text", rows.stream().map(value).toArray(String[]::new));
  }

  private static Argument array(String type, @Nullable Object[] values) {
    return (position, statement, context) ->
        statement.setArray(position, statement.getConnection().createArrayOf(type, values));
  }
}
