package dev.ekiden.calendar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.calendar.demo.DemoSize;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.config.ConfigurationReader;
import dev.ekiden.server.config.Setting;
import dev.ekiden.server.config.Settings;
import dev.ekiden.server.process.Applications;
import dev.ekiden.server.process.DemoPlayer;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The whole demonstration on a server of its own, only smaller. */
@Timeout(180)
final class CalendarDemoTest {
  private static final DemoSize TINY =
      new DemoSize(
          new SampleSize(2, 4, 20, 5),
          10,
          60,
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          10,
          2);

  @TempDir Path directory;

  @Test
  void itEndsWithoutAWrongDayALostJobOrADoubleBooking() throws Exception {
    StringWriter out = new StringWriter();
    StringWriter said = new StringWriter();
    Path json = directory.resolve("figures.json");
    play(out, said, new DemoPlayer.Options("calendar", false, json, 1, List.of()));
    Map<String, JsonNode> figures = new HashMap<>();
    for (JsonNode figure : Json.MAPPER.readTree(Files.readAllBytes(json))) {
      figures.put(figure.path("name").asString(""), figure);
    }
    for (String none :
        List.of(
            "days wrong",
            "differences of any kind",
            "jobs lost or failed",
            "double bookings",
            "requests failed")) {
      assertThat(figures.get(none).path("value").asDouble(-1)).as(none).isZero();
      assertThat(figures.get(none).path("met").asBoolean(false)).as(none).isTrue();
    }
    assertThat(figures.get("changes made and seen").path("value").asInt()).isEqualTo(60);
    assertThat(figures.get("verified against recomputation").path("value").asInt())
        .isEqualTo(20 * 90);
    assertThat(figures.get("time first at 5×, p99").path("value").asDouble(0)).isPositive();
    assertThat(out.toString()).contains("days wrong", "MEASURE");
    assertThat(said.toString()).contains("ekiden demo calendar --full");
  }

  @Test
  void ownFilesWithoutAnyOfTheCalendarAreRefused() {
    StringWriter said = new StringWriter();
    DemoPlayer.Options options =
        new DemoPlayer.Options("calendar", false, null, 1, List.of(directory.toString()));
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> play(new StringWriter(), said, options)))
        .hasMessageContaining("no CSV file of the calendar");
  }

  private void play(StringWriter out, StringWriter said, DemoPlayer.Options options)
      throws Exception {
    Terminal terminal =
        new Terminal(
            new BufferedReader(new StringReader("")),
            new PrintWriter(out),
            new PrintWriter(said),
            false);
    Settings settings =
        new Settings(
            Map.of(
                Setting.DIRECTORY,
                directory.resolve(".ekiden").toString(),
                Setting.PORT,
                "0",
                Setting.PUBLIC_RATE,
                "100000",
                Setting.PUBLIC_BURST,
                "100000"),
            Map.of());
    new DemoPlayer(terminal, new Applications(List.of(new CalendarApplication(TINY))), options)
        .play(ConfigurationReader.read(settings));
  }
}
