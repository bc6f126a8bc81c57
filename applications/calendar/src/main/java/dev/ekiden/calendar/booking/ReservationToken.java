package dev.ekiden.calendar.booking;

import dev.ekiden.calendar.store.Secrets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the guest holds to confirm or cancel: {@value #BITS} random bits in base64url. Only its
 * SHA-256 is stored, and a reservation is found by that hash, so neither the database nor the time
 * an answer takes gives a token away. Immutable.
 */
public final class ReservationToken {

  /** How many random bits a token has. */
  public static final int BITS = 256;

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final String secret;

  private ReservationToken(String secret) {
    this.secret = secret;
  }

  static ReservationToken random() {
    return new ReservationToken(Secrets.random(BITS));
  }

  /** The token of this text; empty if no token looks like that. */
  public static Optional<ReservationToken> parse(String text) {
    return FORM.matcher(text).matches()
        ? Optional.of(new ReservationToken(text))
        : Optional.empty();
  }

  /** The text to hand to the guest, and to nobody else. */
  public String secret() {
    return secret;
  }

  byte[] hash() {
    return Secrets.sha256(secret);
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "ReservationToken[hidden]";
  }
}
