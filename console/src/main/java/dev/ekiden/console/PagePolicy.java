package dev.ekiden.console;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The Content-Security-Policy of a page: everything from its own server, no script or style within
 * the page but its import map, which has to be there and is known by its hash; no markup from text.
 */
public final class PagePolicy {
  private static final Pattern INLINE_SCRIPT =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

  private PagePolicy() {}

  /** The value of the header for a page. */
  public static String of(Asset page) {
    Matcher scripts = INLINE_SCRIPT.matcher(new String(page.content(), StandardCharsets.UTF_8));
    String hashes =
        scripts.results().map(script -> " " + hash(script.group(1))).collect(Collectors.joining());
    return String.join(
        "; ",
        "default-src 'self'",
        "script-src 'self'" + hashes,
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html");
  }

  private static String hash(String script) {
    byte[] digest = Asset.sha256(script.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
  }
}
