package example.library;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** Takes orders in its own table and has each shipped by a job. */
final class Shop {
  /** What the job is told. */
  record Shipment(long order) {}

  private final DataSource dataSource;
  private final JobDefinition<Shipment> ship;
  private final Engine engine;

  Shop(DataSource dataSource) {
    this.dataSource = dataSource;
    this.ship =
        JobDefinition.named("ship", Shipment.class)
            .handler((shipment, context) -> shipped(shipment.order()));
    this.engine = Engine.on(dataSource).definitions(ship).build();
  }

  Engine engine() {
    return engine;
  }

  /**
   * Stores an order and enqueues its job in one transaction: both exist, or neither does.
   *
   * @return the job
   * @throws IllegalArgumentException when the item is not for sale; the order is rolled back
   */
  long order(String item) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        long order = insert(connection, item);
        long job =
            engine.enqueue(connection, List.of(ship.request(new Shipment(order)))).getFirst().id();
        if (item.isBlank()) {
          throw new IllegalArgumentException("an order needs an item");
        }
        connection.commit();
        return job;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  private static long insert(Connection connection, String item) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO orders (item) VALUES (?) RETURNING id")) {
      insert.setString(1, item);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private String shipped(long order) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE orders SET shipped = true WHERE id = ? RETURNING item")) {
      update.setLong(1, order);
      try (ResultSet row = update.executeQuery()) {
        row.next();
        return "shipped " + row.getString(1);
      }
    }
  }
}
