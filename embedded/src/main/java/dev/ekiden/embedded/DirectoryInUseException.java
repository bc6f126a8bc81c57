package dev.ekiden.embedded;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Another live process runs the embedded server of this directory. */
public final class DirectoryInUseException extends EmbeddedPostgresException {

  private static final long serialVersionUID = 1L;

  private final DirectoryOwner.Claim claim;

  DirectoryInUseException(Path directory, DirectoryOwner.Claim claim) {
    super(
        directory
            + " is in use by "
            + claim
            + ": use that one, stop it, or choose another directory");
    this.claim = claim;
  }

  /** The process that has the directory; empty if it could not be read. */
  public OptionalLong pid() {
    return claim.pid();
  }

  /** Since when it has it; empty if that could not be read. */
  public Optional<Instant> since() {
    return claim.since();
  }
}
