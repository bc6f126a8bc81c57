package dev.ekiden.fleet.yaml;

/** A document is not as it should be; the message begins with file and line. */
public final class YamlException extends RuntimeException {
  private final String file;
  private final int line;

  public YamlException(String file, int line, String message) {
    super("%s:%d: %s".formatted(file, line, message));
    this.file = file;
    this.line = line;
  }

  public String file() {
    return file;
  }

  /** 1 for the first. */
  public int line() {
    return line;
  }
}
