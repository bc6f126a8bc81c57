package dev.ekiden.server;

import org.jspecify.annotations.Nullable;

/** A problem as it is written on the wire. */
record ProblemDocument(
    String type,
    String title,
    int status,
    String code,
    String detail,
    @Nullable String field,
    @Nullable Integer line,
    @Nullable Integer column,
    @Nullable String errorId) {

  static ProblemDocument of(Problem problem) {
    return new ProblemDocument(
        "about:blank",
        title(problem.status()),
        problem.status(),
        problem.code(),
        problem.detail(),
        problem.field(),
        problem.line(),
        problem.column(),
        problem.errorId());
  }

  /** With {@code about:blank} the title is the name of the status. */
  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 409 -> "Conflict";
      case 410 -> "Gone";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 415 -> "Unsupported Media Type";
      case 421 -> "Misdirected Request";
      case 422 -> "Unprocessable Content";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> status < 500 ? "Client Error" : "Server Error";
    };
  }
}
