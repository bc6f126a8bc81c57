package dev.ekiden.server.config;

import dev.ekiden.fleet.account.Capacity;
import dev.ekiden.postgres.DatabaseAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a process is to run. Read once at its start by {@link ConfigurationReader}.
 *
 * @param directory where state is kept
 * @param control the control listener
 * @param publicListeners the public listeners
 * @param database the database given, if one is
 * @param databaseWait how long to wait for it
 * @param databasePort port of the embedded PostgreSQL, if one is set
 * @param workers the workers
 * @param commands what runs programs
 * @param assumed what workers that no fleet started are taken for in reports of costs
 */
public record Configuration(
    Path directory,
    Control control,
    PublicListeners publicListeners,
    Optional<DatabaseSource> database,
    Duration databaseWait,
    Optional<Integer> databasePort,
    Workers workers,
    Commands commands,
    Capacity assumed) {

  /**
   * What runs programs of applied definitions.
   *
   * @param concurrency programs at once; 0 runs none
   * @param docker where the engine listens that runs images
   */
  public record Commands(int concurrency, URI docker) {}

  /** The same, whether or not a server runs jobs itself. */
  public Configuration withInlineWorkers(boolean inline) {
    return new Configuration(
        directory,
        control,
        publicListeners,
        database,
        databaseWait,
        databasePort,
        new Workers(
            inline, workers.queues(), workers.concurrency(), workers.name(), workers.drain()),
        commands,
        assumed);
  }

  /**
   * The control listener.
   *
   * @param tokenFile a token that somebody provides, if any
   */
  public record Control(String bind, int port, List<String> hosts, Optional<Path> tokenFile) {
    public Control {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * The public listeners; each application that has one takes the next port.
   *
   * @param port the first, 0 for free ones
   */
  public record PublicListeners(
      String bind, int port, List<String> hosts, int ratePerSecond, int burst) {
    public PublicListeners {
      hosts = List.copyOf(hosts);
    }

    /** The port of the n-th listener, n from 0. */
    public int port(int n) {
      return port == 0 ? 0 : port + n;
    }
  }

  /**
   * A database and, if its password comes from one, the file.
   *
   * @param passwordFile null-free: empty when the password came from a variable or is empty
   */
  public record DatabaseSource(DatabaseAddress address, Optional<Path> passwordFile) {}

  /**
   * The workers of the process.
   *
   * @param inline whether a server runs jobs itself
   * @param queues the queues to serve; empty means what the applications say
   * @param concurrency handlers at once; empty means what the applications say
   * @param name what they are called; empty for what they do, their host and process
   * @param drain how long running jobs may go on at the end
   */
  public record Workers(
      boolean inline,
      List<String> queues,
      Optional<Integer> concurrency,
      Optional<String> name,
      Duration drain) {
    public Workers {
      queues = List.copyOf(queues);
    }
  }

  /** Whether an address can be reached from this machine only. */
  static boolean isLoopback(String bind) {
    try {
      return InetAddress.getByName(bind).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
