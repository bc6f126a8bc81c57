package dev.ekiden.engine;

import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A payload that is JSON already and is stored as it is.
 *
 * @param text one JSON value; anything else is refused with an {@link InvalidRequestException}
 */
public record RawJson(String text) {
  private static final JsonMapper PARSER = JsonMapper.shared();

  public RawJson {
    Objects.requireNonNull(text, "text");
    try {
      if (PARSER.readTree(text).isMissingNode()) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_PAYLOAD, "the payload is empty; JSON is needed, at least null");
      }
    } catch (JacksonException e) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_PAYLOAD, "the payload is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
