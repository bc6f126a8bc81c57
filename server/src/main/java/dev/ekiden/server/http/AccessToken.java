package dev.ekiden.server.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret that opens the control listener. Never shown by {@link #toString}. Thread-safe. */
public final class AccessToken {
  /** Random bits of a token we make. */
  public static final int BITS = 256;

  /** Fewest characters of a token somebody else made. */
  public static final int MIN_LENGTH = 32;

  /** Most characters of a token. */
  public static final int MAX_LENGTH = 1_000;

  private final String value;

  private AccessToken(String value) {
    this.value = value;
  }

  /** A new random token. */
  public static AccessToken random() {
    byte[] bytes = new byte[BITS / Byte.SIZE];
    new SecureRandom().nextBytes(bytes);
    return new AccessToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /**
   * Reads a token from a file; white space around it is not part of it.
   *
   * @throws IllegalArgumentException when the content cannot be a token; the message does not show
   *     it
   */
  public static AccessToken read(Path file) throws IOException {
    String text = Files.readString(file).strip();
    if (text.length() < MIN_LENGTH || text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the token in %s must have %d to %d characters, not %d"
              .formatted(file, MIN_LENGTH, MAX_LENGTH, text.length()));
    }
    if (!text.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException(
          "the token in " + file + " must be printable ASCII characters without spaces");
    }
    return new AccessToken(text);
  }

  /** Compares in a time that does not depend on where the texts differ. */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(sign(candidate), sign(value));
  }

  /** The token itself, for the request that carries it. */
  public String secret() {
    return value;
  }

  /** A signature that only somebody who has the token can make. */
  byte[] sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(value.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "AccessToken[hidden]";
  }
}
