package dev.ekiden.server.http;

import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;

/**
 * The rules of a public listener: known hosts of its own, a rate per client, JSON or CSV bodies.
 */
public final class PublicAccess implements AccessPolicy {
  private final KnownHosts hosts;
  private final RateLimiter limiter;

  public PublicAccess(KnownHosts hosts, RateLimiter limiter) {
    this.hosts = hosts;
    this.limiter = limiter;
  }

  @Override
  public void admit(JavalinRequest request) {
    hosts.check(request);
    limit(request.clientAddress());
    SameOrigin.check(request);
    ContentTypes.check(request);
  }

  private void limit(String client) {
    int seconds = limiter.tryAcquire(client);
    if (seconds > 0) {
      throw new ProblemException(
          Problem.of(
                  429,
                  "too-many-requests",
                  "one client may send %d requests a second and %d at once; try again in %d s"
                      .formatted(limiter.perSecond(), limiter.burst(), seconds))
              .withRetryAfter(seconds));
    }
  }
}
