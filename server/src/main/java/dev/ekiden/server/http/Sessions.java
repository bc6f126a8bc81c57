package dev.ekiden.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;

/**
 * Browsers that came with the token. A session is its own end and a signature of it, so it outlives
 * a restart of the server and ends with the token. Thread-safe.
 */
public final class Sessions {
  /** How long a browser stays signed in. */
  public static final Duration LIFETIME = Duration.ofHours(12);

  private static final String PURPOSE = "session until ";

  private final AccessToken token;
  private final InstantSource clock;

  public Sessions(AccessToken token, InstantSource clock) {
    this.token = token;
    this.clock = clock;
  }

  /** The header that signs a browser in. */
  public String cookie(int port) {
    long end = clock.instant().plus(LIFETIME).getEpochSecond();
    return "%s=%d.%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict"
        .formatted(cookieName(port), end, signature(end), LIFETIME.toSeconds());
  }

  /** Cookies do not know ports, so servers side by side need names of their own. */
  static String cookieName(int port) {
    return "ekiden-session-" + port;
  }

  /** Whether a request carries a cookie of ours that has not ended. */
  public boolean isSignedIn(JavalinRequest request) {
    return request.cookie(cookieName(request.localPort())).filter(this::isValid).isPresent();
  }

  private boolean isValid(String cookie) {
    int dot = cookie.indexOf('.');
    if (dot < 1 || dot > 18 || !cookie.substring(0, dot).chars().allMatch(Character::isDigit)) {
      return false;
    }
    long end = Long.parseLong(cookie.substring(0, dot));
    return isSame(signature(end), cookie.substring(dot + 1))
        && clock.instant().isBefore(Instant.ofEpochSecond(end));
  }

  private static boolean isSame(String first, String second) {
    return MessageDigest.isEqual(
        first.getBytes(StandardCharsets.UTF_8), second.getBytes(StandardCharsets.UTF_8));
  }

  private String signature(long end) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token.sign(PURPOSE + end));
  }
}
