package dev.ekiden.app;

import dev.ekiden.calendar.CalendarApplication;
import dev.ekiden.server.Ekiden;

/** The program {@code ekiden}: the server with the applications installed. */
public final class Main {
  private Main() {}

  /** Runs a command line and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(Ekiden.run(args, new CalendarApplication()));
  }
}
