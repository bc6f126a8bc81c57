package dev.ekiden.calendar.http;

import dev.ekiden.calendar.store.Secrets;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Routes;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/** Entity tags (RFC 9110): who has an answer already is told so, and gets nothing else. */
final class EntityTag {

  private static final int BYTES = 16;

  private EntityTag() {}

  /** Whether the request says that the client has what carries this tag. */
  static boolean isKnown(Request request, String tag) {
    return request
        .header("If-None-Match")
        .map(tags ->
            Arrays.stream(tags.split(",", -1))
                .map(known -> known.strip().replaceFirst("^W/", ""))
                .anyMatch(known -> known.equals("*") || known.equals(tag)))
        .orElse(false);
  }

  /** A handler whose good answers carry a tag of their content; kept, but asked about each time. */
  static Routes.Handler tagging(Routes.Handler handler) {
    return request -> {
      Response response = handler.handle(request);
      if (response.status() != 200 || !(response.body() instanceof Response.Body.Bytes bytes)) {
        return response;
      }
      byte[] hash = Arrays.copyOf(Secrets.sha256(bytes.content()), BYTES);
      String tag = "\"" + HexFormat.of().formatHex(hash) + "\"";
      Map<String, String> headers = Map.of("ETag", tag, "Cache-Control", "private, no-cache");
      return isKnown(request, tag)
          ? new Response(304, headers, new Response.Body.None())
          : new Response(200, headers, bytes);
    };
  }
}
