package dev.ekiden.bench.fleet;

import dev.ekiden.server.Ekiden;

/** The program of workers of {@code ./ekiden bench fleet}. */
public final class NapMain {
  private NapMain() {}

  public static void main(String[] arguments) {
    System.exit(Ekiden.run(arguments, new NapApplication()));
  }
}
