package dev.ekiden.postgres;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Where a PostgreSQL database is and as whom to connect. The password never stands in the URL, so
 * that an address can be logged, and {@link #toString} does not show it either.
 *
 * @param url a {@code jdbc:postgresql://} URL without user and password
 * @param user the role to connect as
 * @param password the role's password; empty where the server asks for none
 */
public record DatabaseAddress(String url, String user, String password) {

  private static final String JDBC_PREFIX = "jdbc:postgresql:";
  private static final Pattern CREDENTIAL_PARAMETER =
      Pattern.compile("[?&](password|user|sslpassword)=", Pattern.CASE_INSENSITIVE);

  /** The parameters that libpq and pgjdbc spell differently. */
  private static final Map<String, String> LIBPQ_NAMES =
      Map.of(
          "application_name", "ApplicationName",
          "channel_binding", "channelBinding",
          "connect_timeout", "connectTimeout",
          "gssencmode", "gssEncMode");

  /**
   * Checks what it is given.
   *
   * @throws IllegalArgumentException if the URL is not one of PostgreSQL or holds credentials
   */
  public DatabaseAddress {
    if (!url.startsWith(JDBC_PREFIX)) {
      throw new IllegalArgumentException(
          "The database URL must start with " + JDBC_PREFIX + "// but starts with " + scheme(url));
    }
    refuseCredentials(url);
    if (user.isBlank()) {
      throw new IllegalArgumentException("No database user is given: set it beside the URL " + url);
    }
  }

  /**
   * Reads an address as users write it: {@code jdbc:postgresql://host:port/database}, {@code
   * postgresql://…} or {@code postgres://…}.
   *
   * @param user may be null when the URL names the user ({@code postgres://user@host/database})
   * @throws IllegalArgumentException saying what is wrong, without repeating a password
   */
  public static DatabaseAddress of(String url, @Nullable String user, String password) {
    String trimmed = url.strip();
    if (trimmed.startsWith(JDBC_PREFIX)) {
      return new DatabaseAddress(trimmed, user == null ? "" : user, password);
    }
    if (trimmed.startsWith("postgres://") || trimmed.startsWith("postgresql://")) {
      return ofLibpq(trimmed, user, password);
    }
    throw new IllegalArgumentException(
        "The database URL must start with jdbc:postgresql://, postgresql:// or postgres:// but"
            + " starts with "
            + scheme(trimmed));
  }

  private static DatabaseAddress ofLibpq(String url, @Nullable String user, String password) {
    refuseCredentials(url);
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "The database URL cannot be read: " + e.getReason() + " at position " + e.getIndex());
    }
    String authority = uri.getRawAuthority();
    if (authority == null) {
      throw new IllegalArgumentException("The database URL names no host: " + url);
    }
    int at = authority.lastIndexOf('@');
    String urlUser = at < 0 ? null : decode(authority.substring(0, at));
    if (urlUser != null && user != null && !user.isBlank() && !urlUser.equals(user)) {
      throw new IllegalArgumentException(
          "The database URL names the user " + urlUser + " but the user setting says " + user);
    }
    String path = uri.getRawPath();
    String jdbc =
        JDBC_PREFIX
            + "//"
            + authority.substring(at + 1)
            + (path == null || path.isEmpty() ? "/" : path)
            + parameters(uri.getRawQuery());
    return new DatabaseAddress(jdbc, firstGiven(user, urlUser), password);
  }

  private static String firstGiven(@Nullable String user, @Nullable String urlUser) {
    if (user != null && !user.isBlank()) {
      return user;
    }
    return urlUser == null ? "" : urlUser;
  }

  /** An unknown parameter is an error: pgjdbc would ignore it, and with it a wish for security. */
  private static String parameters(@Nullable String query) {
    if (query == null || query.isEmpty()) {
      return "";
    }
    List<String> translated = new ArrayList<>();
    for (String parameter : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      String name = equals < 0 ? parameter : parameter.substring(0, equals);
      String jdbcName = LIBPQ_NAMES.getOrDefault(name, name);
      if (PGProperty.forName(jdbcName) == null) {
        throw new IllegalArgumentException(
            "The database URL has the parameter "
                + name
                + ", which the driver does not know; use the names of"
                + " https://jdbc.postgresql.org/documentation/use/");
      }
      translated.add(equals < 0 ? jdbcName : jdbcName + parameter.substring(equals));
    }
    return "?" + String.join("&", translated);
  }

  private static void refuseCredentials(String url) {
    int start = url.indexOf("//") + 2;
    int end = start;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    int at = start < 2 ? -1 : url.substring(start, end).lastIndexOf('@');
    boolean passwordBeforeHost = at >= 0 && url.substring(start, start + at).contains(":");
    boolean userInJdbc = at >= 0 && url.startsWith(JDBC_PREFIX);
    if (passwordBeforeHost || userInJdbc || CREDENTIAL_PARAMETER.matcher(url).find()) {
      throw new IllegalArgumentException(
          "The database URL holds a user or password. URLs end up in logs and process lists: take"
              + " them out and give the user and the password by settings of their own");
    }
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String scheme(String url) {
    int colon = url.indexOf(':');
    return colon < 0 ? "no scheme at all" : url.substring(0, colon + 1);
  }

  /** The URL and the user; never the password. */
  @Override
  public String toString() {
    return url + " as " + user;
  }
}
