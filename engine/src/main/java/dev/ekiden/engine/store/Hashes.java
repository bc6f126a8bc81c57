package dev.ekiden.engine.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Numbers for names, so that nobody need look a name up before writing it down. */
public final class Hashes {
  private Hashes() {}

  /** The first 64 bits of the text's SHA-256; never 0. */
  public static long of(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      long number = ByteBuffer.wrap(hash).getLong();
      return number == 0 ? 1 : number;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
