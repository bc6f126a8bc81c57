package dev.ekiden.calendar.webhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/**
 * Keeps webhooks from being pointed at what only this machine can reach: everything a name resolves
 * to must be a public address. Asked when a webhook is registered and again before each delivery;
 * the connection that follows uses the same resolved addresses, which the JVM keeps for some
 * seconds.
 */
final class AddressGuard {

  private static final int MAXIMUM_URL_LENGTH = 2_000;

  private AddressGuard() {}

  /** Why the form of an address is refused, if it is. */
  static Optional<String> refusedForm(String url, boolean allowPrivate) {
    if (url.length() > MAXIMUM_URL_LENGTH) {
      return Optional.of("must have at most " + MAXIMUM_URL_LENGTH + " characters");
    }
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      return Optional.of("must be an address such as https://example.com/hook");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean http = scheme.equals("http") && allowPrivate;
    if (!scheme.equals("https") && !http) {
      return Optional.of("must begin with https://");
    }
    if (uri.getHost() == null || uri.getUserInfo() != null || uri.getFragment() != null) {
      return Optional.of("must name a host, without a user and without a fragment");
    }
    return Optional.empty();
  }

  /**
   * Why nothing may be sent there, if so.
   *
   * @throws UnknownHostException if the name cannot be resolved at this moment
   */
  static Optional<String> refusedAddress(URI uri, boolean allowPrivate)
      throws UnknownHostException {
    if (allowPrivate) {
      return Optional.empty();
    }
    String host = uri.getHost();
    for (InetAddress address :
        InetAddress.getAllByName(
            host.startsWith("[") ? host.substring(1, host.length() - 1) : host)) {
      if (!isPublic(address.getAddress()) || isSpecial(address)) {
        return Optional.of(
            "must not lead to this machine or a private network, as %s does".formatted(host));
      }
    }
    return Optional.empty();
  }

  private static boolean isSpecial(InetAddress address) {
    return address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress();
  }

  private static boolean isPublic(byte[] address) {
    if (address.length == 4) {
      int first = address[0] & 0xff;
      int second = address[1] & 0xff;
      // This network, shared by carriers, benchmarks, protocol assignments, reserved, broadcast.
      return first != 0
          && !(first == 100 && second >= 64 && second < 128)
          && !(first == 198 && (second == 18 || second == 19))
          && !(first == 192 && second == 0 && address[2] == 0)
          && first < 240;
    }
    int first = address[0] & 0xff;
    int second = address[1] & 0xff;
    // Global unicast is 2000::/3; of it, 2002::/16 and 2001:0::/32 wrap addresses of version 4.
    boolean wraps =
        (first == 0x20 && second == 0x02)
            || (first == 0x20 && second == 0x01 && address[2] == 0 && address[3] == 0);
    return (first & 0xe0) == 0x20 && !wraps;
  }
}
