package dev.ekiden.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A prepared statement of plain JDBC whose parameters have names. Not thread-safe. */
public final class NamedStatement implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("(?<!:):([a-z]+)");

  private final PreparedStatement statement;
  private final List<String> names = new ArrayList<>();

  public NamedStatement(Connection connection, String sql) throws SQLException {
    Matcher matcher = NAME.matcher(sql);
    StringBuilder positional = new StringBuilder();
    while (matcher.find()) {
      names.add(matcher.group(1));
      matcher.appendReplacement(positional, "?");
    }
    matcher.appendTail(positional);
    statement = connection.prepareStatement(positional.toString());
  }

  /** Sets a parameter wherever it stands; an array of longs becomes one of bigint. */
  public NamedStatement set(String name, Object value) throws SQLException {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equals(name)) {
        statement.setObject(i + 1, value);
      }
    }
    return this;
  }

  /** The statement with its parameters, to be executed. */
  public PreparedStatement statement() {
    return statement;
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
