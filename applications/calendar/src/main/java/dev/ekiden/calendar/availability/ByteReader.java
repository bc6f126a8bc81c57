package dev.ekiden.calendar.availability;

import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link ByteWriter} wrote and refuses everything else, so that one content has one
 * form. Confined to one decode call.
 */
final class ByteReader {

  private final byte[] bytes;
  private int position;

  ByteReader(byte[] bytes) {
    this.bytes = bytes;
  }

  int octet() {
    if (position == bytes.length) {
      throw corrupt("ends too early");
    }
    return bytes[position++] & 0xFF;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int octet = octet();
      value |= (long) (octet & 0x7F) << shift;
      if ((octet & 0x80) == 0) {
        if (octet == 0 && shift > 0) {
          throw corrupt("has a number that is longer than needed");
        }
        return value;
      }
    }
    throw corrupt("has a number that is too large");
  }

  int number(int minimum, int maximum, String what) {
    long value = number();
    if (value < minimum || value > maximum) {
      throw corrupt("has " + what + " " + value + ", allowed are " + minimum + " to " + maximum);
    }
    return (int) value;
  }

  long signed() {
    long value = number();
    return (value >>> 1) ^ -(value & 1);
  }

  String text(int maximumLength) {
    int length = number(0, maximumLength, "a text length");
    if (length > bytes.length - position) {
      throw corrupt("ends too early");
    }
    String text = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return text;
  }

  void end() {
    if (position != bytes.length) {
      throw corrupt("goes on after its end");
    }
  }

  CorruptCalendarException corrupt(String what) {
    return new CorruptCalendarException(
        "The stored calendar " + what + " (byte " + position + " of " + bytes.length + ")");
  }
}
