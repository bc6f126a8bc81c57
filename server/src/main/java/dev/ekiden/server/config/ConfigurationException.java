package dev.ekiden.server.config;

import java.util.List;

/** The configuration cannot be used; every mistake is listed. */
public final class ConfigurationException extends RuntimeException {
  private final List<String> mistakes;

  public ConfigurationException(List<String> mistakes) {
    super(String.join(System.lineSeparator(), mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  public List<String> mistakes() {
    return mistakes;
  }
}
