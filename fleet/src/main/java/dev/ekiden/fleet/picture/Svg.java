package dev.ekiden.fleet.picture;

import dev.ekiden.fleet.picture.Shape.Area;
import dev.ekiden.fleet.picture.Shape.Box;
import dev.ekiden.fleet.picture.Shape.Label;
import dev.ekiden.fleet.picture.Shape.Line;
import dev.ekiden.fleet.picture.Shape.Point;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes drawings as SVG that needs nothing but itself. */
public final class Svg {
  private static final String FONTS = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

  private Svg() {}

  /** The document. */
  public static String write(Drawing drawing) {
    String shapes = drawing.shapes().stream().map(Svg::shape).collect(Collectors.joining("\n"));
    return """
    <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img" font-family="%3$s">
    <title>%4$s</title>
    %5$s
    </svg>
    """
        .formatted(drawing.width(), drawing.height(), FONTS, escaped(drawing.title()), shapes);
  }

  private static String shape(Shape shape) {
    return switch (shape) {
      case Box(double x, double y, double width, double height, String fill) ->
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>"
              .formatted(number(x), number(y), number(width), number(height), fill);
      case Area(List<Point> outline, String fill) ->
          "<polygon points=\"%s\" fill=\"%s\"/>".formatted(points(outline), fill);
      case Line(List<Point> points, String colour, double width, double dash) ->
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s/>"
              .formatted(
                  points(points),
                  colour,
                  number(width),
                  dash == 0 ? "" : " stroke-dasharray=\"" + number(dash) + "\"");
      case Label label ->
          "<text x=\"%s\" y=\"%s\" font-size=\"%s\" fill=\"%s\" text-anchor=\"%s\"%s%s>%s</text>"
              .formatted(
                  number(label.at().x()),
                  number(label.at().y()),
                  number(label.size()),
                  label.colour(),
                  label.anchor().name().toLowerCase(Locale.ROOT),
                  label.bold() ? " font-weight=\"600\"" : "",
                  label.upwards()
                      ? " transform=\"rotate(-90 %s %s)\""
                          .formatted(number(label.at().x()), number(label.at().y()))
                      : "",
                  escaped(label.text()));
    };
  }

  private static String points(List<Point> points) {
    return points.stream()
        .map(point -> number(point.x()) + "," + number(point.y()))
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .filter(c -> c >= ' ' && c != 0xFFFE && c != 0xFFFF && !(c >= 0xD800 && c <= 0xDFFF))
        .forEach(c -> {
          switch (c) {
            case '&' -> escaped.append("&amp;");
            case '<' -> escaped.append("&lt;");
            case '>' -> escaped.append("&gt;");
            case '"' -> escaped.append("&quot;");
            default -> escaped.appendCodePoint(c);
          }
        });
    return escaped.toString();
  }
}
