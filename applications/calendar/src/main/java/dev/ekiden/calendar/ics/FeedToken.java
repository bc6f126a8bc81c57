package dev.ekiden.calendar.ics;

import dev.ekiden.calendar.store.Secrets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The secret in the address of a feed: {@value #BITS} random bits in base64url. Only its SHA-256 is
 * stored. Immutable.
 */
public final class FeedToken {

  /** How many random bits a token has. */
  public static final int BITS = 256;

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final String secret;

  private FeedToken(String secret) {
    this.secret = secret;
  }

  static FeedToken random() {
    return new FeedToken(Secrets.random(BITS));
  }

  /** The token of this text; empty if no token looks like that. */
  public static Optional<FeedToken> parse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new FeedToken(text)) : Optional.empty();
  }

  /** The text to put into the address. */
  public String secret() {
    return secret;
  }

  byte[] hash() {
    return Secrets.sha256(secret);
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "FeedToken[hidden]";
  }
}
