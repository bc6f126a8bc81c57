package dev.ekiden.fleet.picture;

import java.util.List;

/** Something drawn. Coordinates are pixels from the top left; colours are {@code #rrggbb}. */
public sealed interface Shape {

  /** A point. */
  record Point(double x, double y) {}

  /** Where a label stands from its point. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /** A filled rectangle. */
  record Box(double x, double y, double width, double height, String fill) implements Shape {}

  /** A filled area. */
  record Area(List<Point> outline, String fill) implements Shape {
    public Area {
      outline = List.copyOf(outline);
    }
  }

  /**
   * A line through points.
   *
   * @param dash length of dashes and gaps, 0 for none
   */
  record Line(List<Point> points, String colour, double width, double dash) implements Shape {
    public Line {
      points = List.copyOf(points);
    }
  }

  /**
   * A text on its baseline.
   *
   * @param upwards whether it is read from below
   */
  record Label(
      Point at,
      String text,
      double size,
      String colour,
      boolean bold,
      Anchor anchor,
      boolean upwards)
      implements Shape {}
}
