package dev.ekiden.bench;

/** Closes what must not outlive this process, also when it ends by Ctrl-C. */
public final class AtExit {
  private AtExit() {}

  /** Has it closed at the end, whatever comes before; closing it again must be harmless. */
  public static <T extends AutoCloseable> T close(T resource) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  try {
                    resource.close();
                  } catch (Exception e) {
                    System.err.println("Could not close " + resource + ": " + e);
                  }
                }));
    return resource;
  }
}
