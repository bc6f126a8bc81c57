package dev.ekiden.launch;

import java.util.List;

/** What a task runs; arguments are a list, never a line for a shell. */
public sealed interface Program {

  /** The arguments, the first of them the program if there is no image. */
  List<String> arguments();

  /**
   * A program of the machine that the launcher starts processes on.
   *
   * @param arguments the program, by path or by a name to look up in {@code PATH}, and its
   *     arguments
   */
  record Command(List<String> arguments) implements Program {
    public Command {
      arguments = List.copyOf(arguments);
      if (arguments.isEmpty() || arguments.getFirst().isBlank()) {
        throw new IllegalArgumentException("A command names a program, but this one is empty");
      }
      check(arguments);
    }
  }

  /**
   * A container image.
   *
   * @param image the name of the image, with a tag or digest
   * @param arguments what runs in it in place of the image's own command; empty: that command
   * @param ownEntryPoint whether the image's entry point stays and takes the arguments; otherwise
   *     they are all that runs, but on Amazon ECS, which lets nobody replace an entry point
   */
  record Image(String image, List<String> arguments, boolean ownEntryPoint) implements Program {

    /** An image whose entry point the arguments replace, if there are any. */
    public Image(String image, List<String> arguments) {
      this(image, arguments, false);
    }

    public Image {
      arguments = List.copyOf(arguments);
      if (image.isBlank() || image.chars().anyMatch(Character::isWhitespace)) {
        throw new IllegalArgumentException("This is not the name of an image: \"" + image + "\"");
      }
      check(arguments);
    }
  }

  /** A program of the machine itself. */
  static Program command(String... arguments) {
    return new Command(List.of(arguments));
  }

  /** An image, with what it runs. */
  static Program image(String image, String... arguments) {
    return new Image(image, List.of(arguments));
  }

  private static void check(List<String> arguments) {
    for (String argument : arguments) {
      if (argument.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("An argument cannot hold a zero character");
      }
    }
  }
}
