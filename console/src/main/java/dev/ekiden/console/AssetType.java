package dev.ekiden.console;

import java.util.Locale;
import java.util.Optional;

/** The kinds of files that are handed out; others are as good as not there. */
enum AssetType {
  CSS("text/css", true),
  HTML("text/html", true),
  JS("text/javascript", true),
  PNG("image/png", false),
  SVG("image/svg+xml", true),
  WOFF2("font/woff2", false);

  private final String mediaType;
  private final boolean text;

  AssetType(String mediaType, boolean text) {
    this.mediaType = mediaType;
    this.text = text;
  }

  /** The type that the name of a file ends with. */
  static Optional<AssetType> ofName(String name) {
    for (AssetType type : values()) {
      if (name.endsWith('.' + type.name().toLowerCase(Locale.ROOT))) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  boolean isText() {
    return text;
  }

  String contentType() {
    return text ? mediaType + "; charset=utf-8" : mediaType;
  }
}
