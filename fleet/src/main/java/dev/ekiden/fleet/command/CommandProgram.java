package dev.ekiden.fleet.command;

import java.util.List;
import java.util.Optional;

/** What a definition runs. Each element of a list is one argument, whatever stands in it. */
public sealed interface CommandProgram {

  /**
   * An executable of the machine.
   *
   * @param command the program and its arguments
   */
  record Executable(List<String> command) implements CommandProgram {
    public Executable {
      command = List.copyOf(command);
    }
  }

  /**
   * A Java program, run by the {@code java} that runs the server unless another is named.
   *
   * @param jar the file, and where there is a main class, further files after colons
   * @param mainClass empty: the one the jar names
   * @param java another {@code java} executable
   * @param options of the virtual machine
   * @param arguments of the program
   */
  record Jar(
      String jar,
      Optional<String> mainClass,
      Optional<String> java,
      List<String> options,
      List<String> arguments)
      implements CommandProgram {
    public Jar {
      options = List.copyOf(options);
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * A container image.
   *
   * @param image with a tag or digest
   * @param command what runs in it in place of its own command; empty: that
   */
  record Image(String image, List<String> command) implements CommandProgram {
    public Image {
      command = List.copyOf(command);
    }
  }
}
