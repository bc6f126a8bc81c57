package dev.ekiden.engine;

/**
 * A job was claimed or given back between two looks: of a cancel of array jobs with their children
 * nothing is done, and it is looked at again.
 */
final class Moved extends RuntimeException {
  private static final long serialVersionUID = 1;

  Moved() {
    super(null, null, false, false);
  }
}
