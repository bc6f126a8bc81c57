package dev.ekiden.launch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names for places that allow fewer characters than a name may have. */
public final class FittedName {

  private static final int HASH_LENGTH = 10;

  private FittedName() {}

  /** The name itself if it is short enough, else its beginning and a hash of all of it. */
  public static String of(String name, int maxLength) {
    if (name.length() <= maxLength) {
      return name;
    }
    String start = name.substring(0, maxLength - HASH_LENGTH - 1);
    return start + "-" + hash(name);
  }

  /** Ten hexadecimal digits that another text will hardly have. */
  public static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
