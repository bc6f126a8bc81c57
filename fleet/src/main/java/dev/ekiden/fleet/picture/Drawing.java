package dev.ekiden.fleet.picture;

import java.util.List;

/** Shapes on a light ground, in the order they are drawn. */
public record Drawing(int width, int height, String title, List<Shape> shapes) {
  public Drawing {
    shapes = List.copyOf(shapes);
  }
}
