package dev.ekiden.server;

/** Exit codes of the command line. */
public final class ExitCode {
  public static final int OK = 0;

  /** It did not work. */
  public static final int FAILED = 1;

  /** The command line or the configuration is wrong. */
  public static final int USAGE = 2;

  /** The question was answered with no, or a wait took too long. */
  public static final int DECLINED = 3;

  /** The server did not accept the token, or forbids it. */
  public static final int FORBIDDEN = 4;

  /** A job that was waited for did not succeed. */
  public static final int UNSUCCESSFUL = 5;

  /** What the command names does not exist. */
  public static final int NOT_FOUND = 6;

  /** No server runs here, or none answers. */
  public static final int NO_SERVER = 7;

  /** The job has not ended yet. */
  public static final int PENDING = 8;

  /** Interrupted by Ctrl-C. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
