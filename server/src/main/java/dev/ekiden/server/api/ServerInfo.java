package dev.ekiden.server.api;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server tells about itself.
 *
 * @param role {@code up}, {@code server} or {@code demo}
 */
public record ServerInfo(
    String version,
    long pid,
    String role,
    Instant startedAt,
    URI address,
    DatabaseInfo database,
    List<ApplicationInfo> applications) {

  public ServerInfo {
    applications = List.copyOf(applications);
  }

  /**
   * The database, without its password.
   *
   * @param embedded whether this server started it
   */
  public record DatabaseInfo(String url, String user, boolean embedded) {}

  /**
   * An application.
   *
   * @param openapi path of its document on the control listener, if it has one
   * @param publicAddress its public listener, if it has one
   */
  public record ApplicationInfo(
      String name, @Nullable String openapi, @Nullable URI publicAddress) {}
}
