package dev.ekiden.server.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket per client address. Addresses of IPv6 count by their /64 network, because that is
 * what one client gets. Thread-safe.
 */
public final class RateLimiter {
  /** Most clients remembered; the one that was silent longest is forgotten first. */
  public static final int MAX_CLIENTS = 10_000;

  private static final double NANOS = 1_000_000_000.0;

  private final int perSecond;
  private final int burst;
  private final LongSupplier nanoTime;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_CLIENTS;
        }
      };

  /**
   * @param perSecond requests per second in the long run
   * @param burst requests at once
   * @param nanoTime a monotonic clock
   */
  public RateLimiter(int perSecond, int burst, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.nanoTime = nanoTime;
  }

  int perSecond() {
    return perSecond;
  }

  int burst() {
    return burst;
  }

  /** Returns 0 when the request may go on, else after how many seconds to try again. */
  synchronized int tryAcquire(String address) {
    long now = nanoTime.getAsLong();
    Bucket bucket = buckets.computeIfAbsent(network(address), key -> new Bucket(burst, now));
    bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.since) / NANOS * perSecond);
    bucket.since = now;
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return 0;
    }
    return Math.max(1, (int) Math.ceil((1 - bucket.tokens) / perSecond));
  }

  synchronized int clients() {
    return buckets.size();
  }

  private static String network(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    // Jetty writes IPv6 addresses in full, so the first four groups are the network.
    String[] groups = address.replace("[", "").split(":", -1);
    return groups.length < 5
        ? address
        : String.join(":", groups[0], groups[1], groups[2], groups[3]);
  }

  private static final class Bucket {
    private double tokens;
    private long since;

    private Bucket(double tokens, long since) {
      this.tokens = tokens;
      this.since = since;
    }
  }
}
