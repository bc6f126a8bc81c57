package dev.ekiden.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A text that was read and found right once, among the resources of the tests. Run the tests with
 * {@code -Dekiden.golden=write} to write it anew, and read what changed.
 */
public record GoldenFile(Path path) {

  public static GoldenFile of(String name) {
    return new GoldenFile(Path.of("src/test/resources").resolve(name));
  }

  public void compare(String text) throws IOException {
    if ("write".equals(System.getProperty("ekiden.golden"))) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    }
    assertThat(text).isEqualTo(Files.readString(path));
  }
}
