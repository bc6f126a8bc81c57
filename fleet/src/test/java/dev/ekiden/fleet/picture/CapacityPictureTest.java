package dev.ekiden.fleet.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ekiden.fleet.simulate.Report;
import dev.ekiden.fleet.simulate.ScenarioReader;
import dev.ekiden.fleet.simulate.Simulator;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** One drawing, written and painted. */
final class CapacityPictureTest {
  private static final String SCENARIO =
      """
      title: A <burst> & "quiet"
      length: 10m
      jobs:
        - arrivals: {bursts: {first: 2m, jobs: 300}}
          run-time: {fixed: 1s}
      classes:
        on-demand: {start-up: {program: 10s}}
        spot: {start-up: {program: 10s}}
      fleets:
        - name: steps
          steps: {0: 1, 100: 5}
          mix: {on-demand: 1, spot: 5}
        - name: fixed
          fixed: 2
      """;

  private static Drawing drawing() throws Exception {
    Report report = Simulator.run(ScenarioReader.parse("s.yaml", SCENARIO));
    return CapacityPicture.draw(report);
  }

  @Test
  void theSvgIsWellFormedAndHasScalesLegendAndFigures() throws Exception {
    Drawing drawing = drawing();
    String svg = Svg.write(drawing);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
    assertThat(svg)
        .contains(
            "A &lt;burst&gt; &amp; &quot;quiet&quot;",
            ">workers<",
            ">waiting<",
            ">on-demand<",
            ">spot<",
            ">starting<",
            ">10 min<",
            "late")
        .doesNotContain("NaN", "Infinity", "http://www.w3.org/1999/xlink");
    assertThat(drawing.shapes())
        .allSatisfy(shape -> {
          if (shape instanceof Shape.Area area) {
            assertThat(area.outline())
                .allSatisfy(point -> {
                  assertThat(point.x()).isBetween(0.0, (double) drawing.width());
                  assertThat(point.y()).isBetween(0.0, (double) drawing.height());
                });
          }
        });
  }

  @Test
  void thePngIsTheSameDrawing() throws Exception {
    Drawing drawing = drawing();
    byte[] png;
    try {
      png = Png.paint(drawing);
    } catch (PictureException e) {
      assumeThat(e).as("this machine has no fonts").isNull();
      return;
    }
    var image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(drawing.width() * 2);
    assertThat(image.getHeight()).isEqualTo(drawing.height() * 2);
  }

  @Test
  void scalesHaveRoundMarks() {
    assertThat(Axis.count(5.75, 4).marks()).containsExactly(0.0, 2.0, 4.0, 6.0);
    assertThat(Axis.count(0, 4).marks()).containsExactly(0.0, 1.0);
    assertThat(Axis.count(2_300, 4).marks()).containsExactly(0.0, 1_000.0, 2_000.0, 3_000.0);
    assertThat(Axis.time(86_400, 12).marks()).hasSize(13);
    assertThat(Axis.timeText(7_200, 7_200)).isEqualTo("2 h");
  }
}
