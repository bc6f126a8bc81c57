package dev.ekiden.server;

/** The program of the sample application, run by tests as a process of its own. */
public final class SampleMain {
  private SampleMain() {}

  public static void main(String[] args) {
    System.exit(Ekiden.run(args, new SampleApplication()));
  }
}
