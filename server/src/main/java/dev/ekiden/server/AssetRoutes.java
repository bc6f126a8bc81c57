package dev.ekiden.server;

import dev.ekiden.console.Asset;
import dev.ekiden.console.Assets;
import dev.ekiden.console.PagePolicy;
import java.util.Optional;
import java.util.Set;

/**
 * Serves a page and its files below a path. Files with a version in their path are kept by browsers
 * for good; of all others a browser asks each time whether they changed. Thread-safe.
 *
 * <pre>{@code
 * new AssetRoutes("/booking", Assets.in("dev/ekiden/calendar/booking")).addTo(routes);
 * }</pre>
 */
public final class AssetRoutes {
  private static final String PAGE = "index.html";

  /** Folders of files. Every other path is a screen of the page, which reads it by itself. */
  private static final Set<String> FOLDERS = Set.of("css", "design", "js", "webjars");

  private static final String FOR_GOOD = "public, max-age=31536000, immutable";
  private static final String ASK_FIRST = "no-cache";

  private final String prefix;
  private final Assets assets;

  /**
   * @param prefix where the page is, {@code /booking}; its {@code index.html} names its files by
   *     absolute paths
   */
  public AssetRoutes(String prefix, Assets assets) {
    this.prefix = prefix;
    this.assets = assets;
    assets.get(PAGE);
  }

  public void addTo(Routes routes) {
    routes.get(prefix, this::page);
    routes.get(prefix + "/<path>", this::file);
  }

  private Response file(Request request) {
    String path = request.path("path").text();
    String folder = path.substring(0, Math.max(0, path.indexOf('/')));
    if (!FOLDERS.contains(folder)) {
      return page(request);
    }
    Asset asset =
        assets
            .find(path)
            .orElseThrow(
                () -> ProblemException.of(404, "unknown-path", "nothing is found at this path"));
    return answer(request, asset);
  }

  /** Its query is the page's own business. */
  private Response page(Request request) {
    Asset page = assets.get(PAGE);
    return answer(request, page).withHeader("Content-Security-Policy", PagePolicy.of(page));
  }

  private static Response answer(Request request, Asset asset) {
    return body(request, asset)
        .withHeader("ETag", asset.etag())
        .withHeader("Cache-Control", asset.immutable() ? FOR_GOOD : ASK_FIRST)
        .withHeader("Vary", "Accept-Encoding");
  }

  private static Response body(Request request, Asset asset) {
    if (request.header("If-None-Match").filter(known -> known.contains(asset.etag())).isPresent()) {
      return Response.notModified();
    }
    Optional<byte[]> gzipped = asset.gzipped().filter(content -> acceptsGzip(request));
    return gzipped
        .map(content ->
            Response.bytes(200, asset.contentType(), content)
                .withHeader("Content-Encoding", "gzip"))
        .orElseGet(() -> Response.bytes(200, asset.contentType(), asset.content()));
  }

  private static boolean acceptsGzip(Request request) {
    return request
        .header("Accept-Encoding")
        .filter(codings -> codings.contains("gzip") && !codings.contains("gzip;q=0"))
        .isPresent();
  }
}
