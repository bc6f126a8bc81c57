package dev.ekiden.server;

import java.io.InputStream;
import java.util.Optional;

/** A request that has passed the rules of its listener. Used by the handling thread only. */
public interface Request {
  /** Largest JSON body unless a handler says otherwise. */
  long MAX_JSON_BYTES = 1_048_576;

  /** GET, POST, PUT or DELETE. */
  String method();

  /** The path without the query. */
  String path();

  /** A parameter of the path. */
  Parameter path(String name);

  /** A parameter of the query, present or not; a repeated one is refused. */
  Parameter query(String name);

  /** Refuses query parameters other than these, so that a misspelt one is not silently ignored. */
  void allowQuery(String... names);

  /** A header. */
  Optional<String> header(String name);

  /** The address of the client as the listener saw it. */
  String clientAddress();

  /** Reads the body as JSON; see {@link #json(Class, long)}, with {@link #MAX_JSON_BYTES}. */
  default <T> T json(Class<T> type) {
    return json(type, MAX_JSON_BYTES);
  }

  /**
   * Reads the body as JSON. Unknown fields, missing ones that are required, and values of another
   * type are refused with the field; malformed text with line and column.
   *
   * @throws ProblemException also when the content type is not JSON or the body is larger
   */
  <T> T json(Class<T> type, long maxBytes);

  /**
   * The body as it comes in, for {@code text/csv}; reading beyond the limit throws.
   *
   * @throws ProblemException when the content type is another
   */
  InputStream csv(long maxBytes);

  /**
   * The body as it comes in, for {@code application/zip}; reading beyond the limit throws.
   *
   * @throws ProblemException when the content type is another
   */
  InputStream zip(long maxBytes);

  /**
   * The body as it comes in, for {@code text/calendar}; reading beyond the limit throws.
   *
   * @throws ProblemException when the content type is another
   */
  InputStream calendar(long maxBytes);

  /** The whole JSON body as bytes, empty when there is none. */
  byte[] jsonBytes(long maxBytes);
}
