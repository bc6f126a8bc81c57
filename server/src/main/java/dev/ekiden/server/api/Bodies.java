package dev.ekiden.server.api;

import dev.ekiden.server.Json;
import dev.ekiden.server.http.JsonProblems;
import tools.jackson.core.JacksonException;

/** Reads bodies that have been received. */
final class Bodies {
  private Bodies() {}

  static <T> T read(byte[] body, Class<T> type) {
    try {
      return Json.MAPPER.readValue(body, type);
    } catch (JacksonException e) {
      throw JsonProblems.of(e);
    }
  }
}
