package dev.ekiden.engine.store;

import java.util.List;
import org.jdbi.v3.core.argument.Argument;
import org.jspecify.annotations.Nullable;

/**
 * Arrays for statements of many jobs. The driver sends these in the form that PostgreSQL keeps them
 * in, for it sees the type of their elements; what {@code bindArray} makes is written and read as
 * text, which costs both sides some.
 */
final class SqlArray {
  private SqlArray() {}

  static Argument bigints(List<? extends @Nullable Long> values) {
    return array("bigint", values.toArray(new @Nullable Long[0]));
  }

  static Argument integers(List<Integer> values) {
    return array("integer", values.toArray(new Integer[0]));
  }

  static Argument booleans(List<Boolean> values) {
    return array("boolean", values.toArray(new Boolean[0]));
  }

  static Argument texts(List<? extends @Nullable String> values) {
    return array("text", values.toArray(new @Nullable String[0]));
  }

  private static Argument array(String type, @Nullable Object[] values) {
    return (position, statement, context) ->
        statement.setArray(position, statement.getConnection().createArrayOf(type, values));
  }
}
