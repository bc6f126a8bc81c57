package dev.ekiden.server.api;

/** The page at {@code /}. */
final class IndexPage {
  private IndexPage() {}

  static String of(ServerInfo server) {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Ekiden</title>
        <h1>Ekiden</h1>
        <ul>
        <li><a href="/api/v1/status">Status</a>
        <li><a href="/api/v1/queues">Queues</a>
        <li><a href="/api/v1/jobs">Jobs</a>
        <li><a href="/api/v1/schedules">Schedules</a>
        <li><a href="/api/v1/workers">Workers</a>
        <li><a href="/api/v1/definitions">Definitions</a>
        <li><a href="/metrics">Metrics</a>
        <li><a href="/openapi.yaml">API</a>
        """);
    // Names of applications are letters, digits and dashes: nothing to escape.
    for (ServerInfo.ApplicationInfo application : server.applications()) {
      if (application.openapi() != null) {
        page.append(
            "<li><a href=\"%s\">API of %s</a>\n"
                .formatted(application.openapi(), application.name()));
      }
    }
    return page.append("</ul>\n</html>\n").toString();
  }
}
