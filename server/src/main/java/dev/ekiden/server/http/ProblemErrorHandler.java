package dev.ekiden.server.http;

import dev.ekiden.server.Json;
import dev.ekiden.server.Problem;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers what Jetty itself refuses, such as a malformed request line, as a problem too. */
final class ProblemErrorHandler extends ErrorHandler {
  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", "about:blank");
    document.put("title", message == null ? "Refused" : message);
    document.put("status", status);
    document.put("code", status < 500 ? "malformed-request" : "internal-error");
    document.put(
        "detail",
        status < 500
            ? "the request is not HTTP that this server accepts: " + message
            : "something went wrong; see the server's log");
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
    response.write(true, ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(document)), callback);
  }
}
