package dev.ekiden.server;

import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.server.cli.ProgressBar;
import dev.ekiden.server.cli.Table;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** What a demonstration runs with. */
public interface DemoContext {
  Services services();

  /** Whether to play the full size instead of the short one. */
  boolean isFull();

  /** Seed of everything random, so that a run can be repeated. */
  long seed();

  /** What followed the options on the command line, for example files to use. */
  List<String> arguments();

  /** Address of the application's public listener, if it has one. */
  Optional<URI> publicAddress();

  /** The fleets of the demonstration's server. */
  Fleets fleets();

  /** Makes workers of fleets start as fast as those of a server that has been up for a while. */
  void prepareWorkers() throws InterruptedException;

  /** Prints a line about what happens next. */
  void say(String line);

  /** Starts a progress bar; close it when done. */
  ProgressBar progress(String what, long total);

  /** Prints a table. */
  void print(Table table);
}
