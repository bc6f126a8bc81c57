package dev.ekiden.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AssetsTest {
  private final Assets assets = Assets.ofConsole();

  @Test
  void findsOwnFilesTheDesignAndWebJars() {
    assertThat(assets.get("index.html").contentType()).isEqualTo("text/html; charset=utf-8");
    assertThat(assets.get("design/tokens.css").contentType()).isEqualTo("text/css; charset=utf-8");
    assertThat(assets.get("design/icons.svg").contentType()).startsWith("image/svg+xml");
    assertThat(assets.get("webjars/lit/3.3.2/index.js").contentType())
        .isEqualTo("text/javascript; charset=utf-8");
  }

  @Test
  void onlyWhatItsPathFixesByVersionNeverChanges() {
    assertThat(assets.get("webjars/lit/3.3.2/index.js").immutable()).isTrue();
    assertThat(assets.get("index.html").immutable()).isFalse();
    assertThat(assets.get("design/tokens.css").immutable()).isFalse();
  }

  @Test
  void theTagTellsContentsApart() {
    assertThat(assets.get("index.html").etag())
        .matches("\"[0-9a-f]{24}\"")
        .isEqualTo(Assets.ofConsole().get("index.html").etag())
        .isNotEqualTo(assets.get("design/base.css").etag());
  }

  @Test
  void textIsThereCompressedToo() throws Exception {
    Asset asset = assets.get("design/controls.css");
    byte[] gzipped = asset.gzipped().orElseThrow();
    assertThat(gzipped).hasSizeLessThan(asset.content().length / 2);
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzipped))) {
      assertThat(in.readAllBytes()).isEqualTo(asset.content());
    }
    assertThat(new Asset(new byte[Asset.MIN_COMPRESSED_BYTES - 1], AssetType.JS, false).gzipped())
        .isEmpty();
    assertThat(new Asset(new byte[Asset.MIN_COMPRESSED_BYTES], AssetType.JS, false).gzipped())
        .isPresent();
    assertThat(new Asset(new byte[Asset.MIN_COMPRESSED_BYTES], AssetType.PNG, false).gzipped())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "js",
        "js/",
        "nothing.js",
        "webjars/chart.js",
        "/index.html",
        "../Assets.class",
        "design/../../Assets.class",
        "design//tokens.css",
        "design/./tokens.css",
        "design\\tokens.css",
        "webjars/../maven/org.webjars.npm/lit/pom.xml",
        "webjars/lit/3.3.2/package.json",
        "webjars/lit/3.3.2/.hidden.js",
        "design/tokens.css\u0000",
        "design/%74okens.css",
        "design/tokens.CSS",
        "dev/ekiden/console/Assets.class",
      })
  void nothingElseIsFound(String path) {
    assertThat(assets.find(path)).isEmpty();
  }

  @Test
  void whatMustBeThereIsNamedWhenItIsNot() {
    assertThatThrownBy(() -> assets.get("nothing.css")).hasMessageContaining("nothing.css");
  }

  /** A version in the pom and its path in the page must move together. */
  @Test
  void everyAddressOfThePageIsThere() {
    String page = new String(assets.get("index.html").content(), StandardCharsets.UTF_8);
    Matcher addresses = Pattern.compile("\"/console/([^\"]+)\"").matcher(page);
    List<String> files = addresses.results().map(found -> found.group(1)).toList();
    assertThat(files).hasSizeGreaterThan(10);
    for (String file : files) {
      if (file.endsWith("/")) {
        assertThat(getClass().getClassLoader().getResource("META-INF/resources/" + file))
            .as(file)
            .isNotNull();
      } else {
        assertThat(assets.find(file)).as(file).isPresent();
      }
    }
  }

  @Test
  void thePolicyAllowsTheImportMapByItsHashAndNothingElseWithinThePage() {
    Asset page =
        new Asset(
            "<script type=\"importmap\">{}</script>".getBytes(StandardCharsets.UTF_8),
            AssetType.HTML,
            false);
    // printf '{}' | openssl dgst -sha256 -binary | base64
    assertThat(PagePolicy.of(page))
        .contains("script-src 'self' 'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o='")
        .doesNotContain("unsafe")
        .doesNotContain("data:");
    assertThat(PagePolicy.of(assets.get("index.html"))).containsOnlyOnce("'sha256-");
  }

  @Test
  void aFileOfADirectoryIsReadAgainWhenItWasChanged(@TempDir Path directory) throws Exception {
    Path folder = Files.createDirectories(directory.resolve("a/page"));
    Path file = Files.writeString(folder.resolve("page.css"), "a { color: red }");
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      Assets assets = Assets.in(loader, "a/page");
      Asset first = assets.get("page.css");
      assertThat(assets.get("page.css")).isSameAs(first);
      Files.writeString(file, "a { color: blue }");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(2)));
      assertThat(assets.get("page.css").etag()).isNotEqualTo(first.etag());
      Files.delete(file);
      assertThat(assets.find("page.css")).isEmpty();
    }
  }
}
