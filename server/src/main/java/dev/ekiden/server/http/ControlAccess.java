package dev.ekiden.server.http;

import dev.ekiden.server.ProblemException;
import java.util.Set;

/**
 * The rules of the control listener: a known host; no changes on behalf of another site; the token
 * as bearer or a session cookie, but for the paths that need neither; JSON or CSV bodies only.
 */
public final class ControlAccess implements AccessPolicy {
  /** Paths that tell nothing and are asked by probes and by browsers that are not signed in yet. */
  static final Set<String> OPEN_PATHS = Set.of("/", "/console", "/health", "/ready");

  /** The files of the console, the same on every server: one of them says how to sign in. */
  private static final String CONSOLE = "/console/";

  private static final String BEARER = "Bearer ";

  private final KnownHosts hosts;
  private final AccessToken token;
  private final Sessions sessions;

  public ControlAccess(KnownHosts hosts, AccessToken token, Sessions sessions) {
    this.hosts = hosts;
    this.token = token;
    this.sessions = sessions;
  }

  @Override
  public void admit(JavalinRequest request) {
    hosts.check(request);
    SameOrigin.check(request);
    if (!OPEN_PATHS.contains(request.path()) && !request.path().startsWith(CONSOLE)) {
      authenticate(request);
    }
    ContentTypes.check(request);
  }

  private void authenticate(JavalinRequest request) {
    var authorization = request.header("Authorization");
    if (authorization.isPresent()) {
      String value = authorization.get();
      if (value.regionMatches(true, 0, BEARER, 0, BEARER.length())
          && token.matches(value.substring(BEARER.length()).strip())) {
        return;
      }
      throw ProblemException.of(
          401,
          "wrong-token",
          "the Authorization header must be 'Bearer ' and this server's token, the content of its"
              + " token file");
    }
    if (!sessions.isSignedIn(request)) {
      throw ProblemException.of(
          401,
          "unauthenticated",
          "send 'Authorization: Bearer ' and the content of the server's token file, or open the"
              + " console link that `ekiden up` prints");
    }
  }
}
