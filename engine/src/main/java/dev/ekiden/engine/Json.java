package dev.ekiden.engine;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Payloads and results as JSON text. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Keeps numbers as they were written. */
  private static final JsonMapper EXACT =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

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

  /** Applies a JSON merge patch (RFC 7396), itself as text. */
  static String merge(String json, String patch) {
    return MAPPER.writeValueAsString(merge(EXACT.readTree(json), EXACT.readTree(patch)));
  }

  private static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    ObjectNode merged =
        target instanceof ObjectNode object ? object.deepCopy() : MAPPER.createObjectNode();
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      if (change.getValue().isNull()) {
        merged.remove(change.getKey());
      } else {
        merged.set(change.getKey(), merge(merged.path(change.getKey()), change.getValue()));
      }
    }
    return merged;
  }

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
