package dev.ekiden.postgres;

/**
 * Work meant for a leader was begun or finished after its leadership had ended; nothing is done.
 */
public final class LeadershipLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String name;
  private final long epoch;

  LeadershipLostException(Leadership leadership, String reason) {
    super(
        "The leadership of "
            + leadership.name()
            + " in epoch "
            + leadership.epoch()
            + " is lost: "
            + reason);
    this.name = leadership.name();
    this.epoch = leadership.epoch();
  }

  /** Of what the leadership was. */
  public String name() {
    return name;
  }

  /** The epoch that is over. */
  public long epoch() {
    return epoch;
  }
}
