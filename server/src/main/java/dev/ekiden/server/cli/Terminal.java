package dev.ekiden.server.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The streams of a command: data goes to {@link #out}, everything said to people to {@link #err}.
 *
 * @param in what {@code -} reads and questions are answered by
 * @param interactive whether somebody is there to answer a question and to watch a progress bar
 */
public record Terminal(BufferedReader in, PrintWriter out, PrintWriter err, boolean interactive) {

  /** The streams of this process, in UTF-8. */
  public static Terminal ofProcess() {
    return new Terminal(
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
        writer(System.out),
        writer(System.err),
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent());
  }

  /** Prints a message. */
  public void say(String line) {
    err.println(line);
    err.flush();
  }

  /**
   * Asks before something that is hard to undo.
   *
   * @param yes answered beforehand
   * @throws CommandException with {@link dev.ekiden.server.ExitCode#USAGE} when nobody can answer,
   *     with {@link dev.ekiden.server.ExitCode#DECLINED} when the answer is not yes
   */
  public void confirm(String question, boolean yes) {
    if (yes) {
      return;
    }
    if (!interactive) {
      throw CommandException.usage(question + " Nobody can answer here: say --yes to go ahead");
    }
    err.print(question + " [y/N] ");
    err.flush();
    try {
      String answer = in.readLine();
      if (answer == null || !answer.strip().toLowerCase(java.util.Locale.ROOT).matches("y|yes")) {
        throw CommandException.declined("nothing was changed");
      }
    } catch (IOException e) {
      throw CommandException.failed("cannot read the answer: " + e.getMessage());
    }
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }
}
