package dev.ekiden.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * As whom the server runs. PostgreSQL refuses to run as root, so root runs it in a user namespace,
 * where it is nobody while its files stay root's, or else as another user.
 */
sealed interface ServerUser {

  /** What stands before the program's own command. */
  List<String> prefix();

  /** Makes a file or directory one that the server can use. */
  void own(Path path) throws IOException;

  /** The user of this process. */
  record Ourselves() implements ServerUser {
    @Override
    public List<String> prefix() {
      return List.of();
    }

    @Override
    public void own(Path path) {}
  }

  /** Nobody in a new user namespace; to the file system it is still root, without the powers. */
  record NamespaceUser() implements ServerUser {
    @Override
    public List<String> prefix() {
      return List.of("unshare", "-U");
    }

    @Override
    public void own(Path path) {}
  }

  /** Another user of this machine. */
  record OtherUser(int uid, int gid) implements ServerUser {
    @Override
    public List<String> prefix() {
      return List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups");
    }

    @Override
    public void own(Path path) throws IOException {
      Trees.changeOwner(path, uid, gid);
    }
  }

  /**
   * Tries the ways in order.
   *
   * @param directory that the server must reach
   * @param data the data directory; when it exists its owner counts
   * @throws EmbeddedPostgresException saying why none works
   */
  static ServerUser choose(Path directory, Path data, Programs programs) throws IOException {
    if (ownerOf(Path.of("/proc/self")) != 0) {
      return new Ourselves();
    }
    int dataOwner = Files.exists(data) ? ownerOf(data) : 0;
    List<String> failures = new ArrayList<>();
    if (dataOwner == 0 && works(new NamespaceUser(), directory, programs, failures)) {
      return new NamespaceUser();
    }
    OtherUser other = otherUser(data, dataOwner);
    other.own(directory);
    if (works(other, directory, programs, failures)) {
      return other;
    }
    throw new EmbeddedPostgresException(
        "PostgreSQL refuses to run as root, and no other way works here:\n  "
            + String.join("\n  ", failures)
            + "\nRun as another user, or run a PostgreSQL yourself and set EKIDEN_DATABASE_URL");
  }

  private static boolean works(
      ServerUser user, Path directory, Programs programs, List<String> failures) {
    List<String> command = new ArrayList<>(user.prefix());
    // Not through the program alone: it must also get into the directory, past its parents.
    command.addAll(
        List.of(
            "sh",
            "-c",
            "test \"$(id -u)\" != 0 && cd \"$0\" && test -w . && \"$1\" --version",
            directory.toString(),
            programs.postgres().toString()));
    Commands.Result result = Commands.run(command);
    if (!result.succeeded()) {
      String reason = result.output().isEmpty() ? "cannot use " + directory : result.output();
      failures.add(String.join(" ", user.prefix()) + ": " + reason);
    }
    return result.succeeded();
  }

  private static OtherUser otherUser(Path data, int dataOwner) throws IOException {
    if (dataOwner != 0) {
      return new OtherUser(dataOwner, (int) Files.getAttribute(data, "unix:gid"));
    }
    return passwordEntry("postgres").or(() -> passwordEntry("nobody")).orElse(NOBODY);
  }

  /** The overflow user of Linux, for a machine whose list of users does not have it. */
  OtherUser NOBODY = new OtherUser(65_534, 65_534);

  private static Optional<OtherUser> passwordEntry(String name) {
    try {
      return Files.readAllLines(Path.of("/etc/passwd")).stream()
          .map(line -> line.split(":", -1))
          .filter(fields -> fields.length > 3 && fields[0].equals(name))
          .map(fields -> new OtherUser(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static int ownerOf(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:uid");
  }
}
