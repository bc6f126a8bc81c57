package dev.ekiden.fleet.picture;

import dev.ekiden.fleet.picture.Shape.Anchor;
import dev.ekiden.fleet.picture.Shape.Area;
import dev.ekiden.fleet.picture.Shape.Box;
import dev.ekiden.fleet.picture.Shape.Label;
import dev.ekiden.fleet.picture.Shape.Line;
import dev.ekiden.fleet.picture.Shape.Point;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;

/** Paints drawings as PNG, two pixels for one. */
public final class Png {
  private static final int SCALE = 2;

  private final Graphics2D graphics;

  private Png(Graphics2D graphics) {
    this.graphics = graphics;
  }

  /**
   * The file.
   *
   * @throws PictureException if this machine has no fonts; SVG needs none
   */
  public static byte[] paint(Drawing drawing) {
    BufferedImage image =
        new BufferedImage(
            drawing.width() * SCALE, drawing.height() * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      graphics.scale(SCALE, SCALE);
      Png painter = new Png(graphics);
      drawing.shapes().forEach(painter::paint);
    } catch (InternalError | NoClassDefFoundError | UnsatisfiedLinkError e) {
      throw new PictureException(
          "this machine cannot paint text (no fontconfig or no fonts): write SVG, or install fontconfig and a font such as DejaVu Sans",
          e);
    } finally {
      graphics.dispose();
    }
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image, "png", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void paint(Shape shape) {
    switch (shape) {
      case Box(double x, double y, double width, double height, String fill) -> {
        graphics.setColor(Color.decode(fill));
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
      }
      case Area(List<Point> outline, String fill) -> {
        graphics.setColor(Color.decode(fill));
        Path2D path = path(outline);
        path.closePath();
        graphics.fill(path);
      }
      case Line(List<Point> points, String colour, double width, double dash) -> {
        graphics.setColor(Color.decode(colour));
        graphics.setStroke(stroke((float) width, (float) dash));
        graphics.draw(path(points));
      }
      case Label label -> paint(label);
    }
  }

  private void paint(Label label) {
    graphics.setColor(Color.decode(label.colour()));
    Font font = new Font(Font.SANS_SERIF, label.bold() ? Font.BOLD : Font.PLAIN, 1);
    graphics.setFont(font.deriveFont((float) label.size()));
    double width = graphics.getFontMetrics().getStringBounds(label.text(), graphics).getWidth();
    AffineTransform before = graphics.getTransform();
    graphics.translate(label.at().x(), label.at().y());
    if (label.upwards()) {
      graphics.rotate(-Math.PI / 2);
    }
    graphics.drawString(label.text(), (float) -(width * part(label.anchor())), 0f);
    graphics.setTransform(before);
  }

  private static double part(Anchor anchor) {
    return switch (anchor) {
      case START -> 0;
      case MIDDLE -> 0.5;
      case END -> 1;
    };
  }

  private static BasicStroke stroke(float width, float dash) {
    return dash == 0
        ? new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND)
        : new BasicStroke(
            width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {dash, dash}, 0);
  }

  private static Path2D path(List<Point> points) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      if (i == 0) {
        path.moveTo(point.x(), point.y());
      } else {
        path.lineTo(point.x(), point.y());
      }
    }
    return path;
  }
}
