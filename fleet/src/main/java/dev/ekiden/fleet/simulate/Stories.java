package dev.ekiden.fleet.simulate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The scenarios that come with Ekiden: five told stories, with the figures they reproduce. */
public final class Stories {
  private static final List<String> NAMES =
      List.of("calendar", "report", "tracking", "payroll", "audience");

  private Stories() {}

  /** Their names. */
  public static List<String> names() {
    return NAMES;
  }

  /** The scenario of a name. */
  public static Scenario named(String name) {
    try {
      return ScenarioReader.parse(name + ".yaml", text(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a scenario, to begin one's own from. */
  public static String text(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "there is no story '%s'; there are %s".formatted(name, String.join(", ", NAMES)));
    }
    String resource = "/dev/ekiden/fleet/scenarios/" + name + ".yaml";
    try (InputStream in = Stories.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
