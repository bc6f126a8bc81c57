package dev.ekiden.launch;

/** What a task sees of the network. */
public sealed interface Network {

  /** Nothing but its own loopback. */
  record None() implements Network {}

  /** What the machine sees that it runs on. */
  record Host() implements Network {}

  /**
   * A network that the place knows by name: of a container engine, or a profile of a cluster.
   *
   * @param name as the launcher knows it
   */
  record Named(String name) implements Network {
    public Named {
      if (name.isBlank()) {
        throw new IllegalArgumentException("A named network has a name");
      }
    }
  }

  static Network none() {
    return new None();
  }

  static Network host() {
    return new Host();
  }

  static Network named(String name) {
    return new Named(name);
  }
}
