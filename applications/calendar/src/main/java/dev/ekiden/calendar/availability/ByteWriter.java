package dev.ekiden.calendar.availability;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes numbers in as few bytes as they need. Confined to one encode call. */
final class ByteWriter {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);

  ByteWriter octet(int value) {
    bytes.write(value);
    return this;
  }

  /** A number that is not negative: seven bits a byte, the lowest first. */
  ByteWriter number(long value) {
    long rest = value;
    while (rest > 0x7F) {
      bytes.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    bytes.write((int) rest);
    return this;
  }

  /** A number of either sign, small if near zero. */
  ByteWriter signed(long value) {
    return number((value << 1) ^ (value >> 63));
  }

  ByteWriter text(String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    number(encoded.length);
    bytes.write(encoded, 0, encoded.length);
    return this;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
