package dev.ekiden.server.cli;

import dev.ekiden.server.ExitCode;

/** Ends a command with a message on standard error and an exit code. */
public final class CommandException extends RuntimeException {
  private final int exitCode;

  public CommandException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public static CommandException failed(String message) {
    return new CommandException(ExitCode.FAILED, message);
  }

  public static CommandException usage(String message) {
    return new CommandException(ExitCode.USAGE, message);
  }

  public static CommandException noServer(String message) {
    return new CommandException(ExitCode.NO_SERVER, message);
  }

  public static CommandException declined(String message) {
    return new CommandException(ExitCode.DECLINED, message);
  }

  /** One of {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }
}
