package dev.ekiden.server;

import dev.ekiden.server.cli.ApiClient;
import dev.ekiden.server.cli.Printer;
import dev.ekiden.server.cli.Terminal;

/**
 * What a command line verb works with. Each is ready when the verb runs, not when its object is
 * made, because it follows the options of the command line.
 */
public interface CommandContext {
  /**
   * Talks to the running server.
   *
   * @throws dev.ekiden.server.cli.CommandException when none is running, saying how to start one
   */
  ApiClient api();

  /** Prints data to standard output as {@code --output} says. */
  Printer printer();

  /** Where data and messages go, and whether somebody is there to answer a question. */
  Terminal terminal();
}
