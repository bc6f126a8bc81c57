package dev.ekiden.engine;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Payloads and results as JSON text. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Json() {}

  /** A payload or result as JSON; a {@link RawJson} goes through as it is. */
  static String write(@Nullable Object value) {
    if (value instanceof RawJson raw) {
      return raw.text();
    }
    return MAPPER.writeValueAsString(value);
  }

  /** Reads a payload; fields the type does not know are left out. */
  static <T> T read(String json, Class<T> type) {
    return MAPPER.readValue(json, type);
  }

  /**
   * Checks a payload at the door.
   *
   * @throws InvalidRequestException when it cannot be written as JSON or is too long
   */
  static String writePayload(String definition, @Nullable Object payload) {
    String json;
    try {
      json = write(payload);
    } catch (JacksonException e) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_PAYLOAD,
          "the payload for '%s' cannot be written as JSON: %s"
              .formatted(definition, e.getOriginalMessage()),
          e);
    }
    int bytes = utf8Length(json);
    if (bytes > Engine.MAX_PAYLOAD_BYTES) {
      throw new InvalidRequestException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the payload for '%s' has %d bytes as JSON; at most %d are allowed: keep large data elsewhere and enqueue a reference"
              .formatted(definition, bytes, Engine.MAX_PAYLOAD_BYTES));
    }
    if (hasEscapedNul(json)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_PAYLOAD,
          "the payload for '%s' contains the character U+0000, which PostgreSQL cannot search"
              .formatted(definition));
    }
    return json;
  }

  /** Whether the escape of U+0000 occurs; one behind an escaped backslash is only text. */
  private static boolean hasEscapedNul(String json) {
    for (int i = json.indexOf('\\'); i >= 0; i = json.indexOf('\\', i + 2)) {
      if (json.startsWith("u0000", i + 1)) {
        return true;
      }
    }
    return false;
  }

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
