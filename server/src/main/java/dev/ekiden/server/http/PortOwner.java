package dev.ekiden.server.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Finds who listens on a port, where {@code /proc} tells. */
final class PortOwner {
  private static final String LISTENING = "0A";
  private static final int NEAR = 200;
  private static final int MAX_PORT = 65_535;

  private PortOwner() {}

  /** A sentence part such as {@code process 4711 (/usr/bin/java)}; empty when it cannot be told. */
  static Optional<String> describe(int port) {
    try {
      Set<String> sockets = sockets(port);
      return sockets.isEmpty() ? Optional.empty() : process(sockets);
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }

  /** A port above this one that is free together with the next, or 0 when none is near. */
  static int freeAfter(String host, int port) {
    for (int other = port + 1; other <= Math.min(port + NEAR, MAX_PORT - 1); other++) {
      if (isFree(host, other) && isFree(host, other + 1)) {
        return other;
      }
    }
    return 0;
  }

  private static boolean isFree(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Set<String> sockets(int port) throws IOException {
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      Path file = Path.of(table);
      if (!Files.isReadable(file)) {
        continue;
      }
      for (String line : Files.readAllLines(file)) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals(LISTENING)) {
          sockets.add("socket:[" + columns[9] + "]");
        }
      }
    }
    return sockets;
  }

  private static Optional<String> process(Set<String> sockets) {
    return ProcessHandle.allProcesses()
        .filter(process -> holds(process.pid(), sockets))
        .findFirst()
        .map(process ->
            "process "
                + process.pid()
                + process.info().command().map(c -> " (" + c + ")").orElse(""));
  }

  private static boolean holds(long pid, Set<String> sockets) {
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : descriptors) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException e) {
      // Another user's process, or one that has just ended: not ours to tell.
    }
    return false;
  }
}
