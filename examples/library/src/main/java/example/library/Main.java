package example.library;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.WorkerOptions;
import java.time.Duration;
import org.flywaydb.core.Flyway;

/** Starts the shop, takes an order, refuses another, and waits for the shipment. */
public final class Main {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Main() {}

  /**
   * @param arguments the JDBC address and the user; the password is in the variable PASSWORD
   */
  public static void main(String[] arguments) throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(arguments[0]);
    config.setUsername(arguments[1]);
    config.setPassword(System.getenv("PASSWORD"));
    config.setMaximumPoolSize(5);
    try (HikariDataSource dataSource = new HikariDataSource(config)) {
      // The application's own tables, by its own Flyway, in its own schema.
      Flyway.configure().dataSource(dataSource).load().migrate();
      Shop shop = new Shop(dataSource);
      try (Engine engine = shop.engine()) {
        engine.migrate();
        engine.start();
        engine.worker(WorkerOptions.of("ship")).start();
        long id = shop.order("a baton");
        try {
          shop.order(" ");
        } catch (IllegalArgumentException e) {
          System.out.println("refused: " + e.getMessage());
        }
        Job job = engine.jobs().await(id, PATIENCE);
        System.out.println(job.state() + " " + job.result());
        System.out.println("java " + Runtime.version().feature());
      }
    }
  }
}
