package dev.ekiden.server.api;

import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** OpenAPI documents that lie on the class path. */
public final class Documents {
  private static final String CONTENT_TYPE = "application/yaml";

  private Documents() {}

  /** A handler that answers with a document. */
  public static Routes.Handler route(String resource) {
    byte[] content = read(resource);
    return request -> {
      request.allowQuery();
      return Response.bytes(200, CONTENT_TYPE, content);
    };
  }

  private static byte[] read(String resource) {
    try (InputStream in = Documents.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("there is no resource " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
