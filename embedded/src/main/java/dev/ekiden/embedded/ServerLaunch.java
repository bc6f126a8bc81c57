package dev.ekiden.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The step from prepared files to a server that answers. */
record ServerLaunch(DataDirectory data, String password) {

  private static final Logger log = LoggerFactory.getLogger(ServerLaunch.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration ADOPTION_TIMEOUT = Duration.ofSeconds(10);

  /** Another program may take a free port before the server does. */
  private static final int PORT_TRIES = 5;

  ServerFiles files() {
    return data.files();
  }

  ServerConnection connection(int port) {
    return ServerConnection.to(files(), password, port);
  }

  /** Takes over a server left running if it is what we would start, else starts one. */
  Postmaster adoptOrStart(EmbeddedPostgresOptions options) throws IOException {
    String settings = ServerSettings.text(data.supportsLz4(), options.settings());
    Optional<Postmaster> running = Postmaster.find(files());
    if (running.isPresent()) {
      if (isAsWanted(running.get(), options, settings) && answers(running.get())) {
        log.info(
            "Taking over the PostgreSQL that a killed process left running in {}, process {}",
            files().directory(),
            running.get().process().pid());
        return running.get();
      }
      log.info("Stopping the PostgreSQL left running in {}", files().directory());
      running.get().stop();
    }
    files().writePrivately(files().settings(), settings);
    data.user().own(files().settings());
    return options.port() != 0 ? start(options.port()) : startOnFreePort();
  }

  private boolean isAsWanted(Postmaster running, EmbeddedPostgresOptions options, String settings)
      throws IOException {
    return running.runs(data.programs())
        && (options.port() == 0 || options.port() == running.port())
        && Files.exists(files().settings())
        && Files.readString(files().settings()).equals(settings);
  }

  private boolean answers(Postmaster running) {
    try {
      connection(running.port()).awaitReady(running, ADOPTION_TIMEOUT, 0);
      return true;
    } catch (EmbeddedPostgresException e) {
      log.warn("The PostgreSQL left running is of no use: {}", e.getMessage());
      return false;
    }
  }

  private Postmaster startOnFreePort() throws IOException {
    for (int tries = 1; ; tries++) {
      int port = freePort();
      try {
        return start(port);
      } catch (PortInUseException e) {
        // Maybe by one that looked for a free port too, and has let go of it by now.
        if (tries == PORT_TRIES) {
          throw e;
        }
      } catch (EmbeddedPostgresException e) {
        if (tries == PORT_TRIES || isFree(port)) {
          throw e;
        }
      }
    }
  }

  /** Starts the server on a port and waits until it answers; if it does not, nothing is left. */
  Postmaster start(int port) throws IOException {
    data.clearRemains();
    if (!isFree(port)) {
      throw new PortInUseException(port);
    }
    files().cutLog();
    long logPosition = Files.size(files().log());
    Process process =
        Commands.builder(command(port))
            .directory(files().data().toFile())
            .redirectOutput(ProcessBuilder.Redirect.appendTo(files().log().toFile()))
            .start();
    Postmaster postmaster = new Postmaster(process.toHandle(), port);
    try {
      connection(port).awaitReady(postmaster, START_TIMEOUT, logPosition);
      log.info(
          "PostgreSQL runs in {} on port {}, process {}", files().directory(), port, process.pid());
      return postmaster;
    } catch (RuntimeException e) {
      if (postmaster.isAlive()) {
        postmaster.stop();
      }
      throw e;
    }
  }

  /** {@code setsid} keeps a Ctrl-C in our terminal from the server. */
  private List<String> command(int port) {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    command.addAll(data.user().prefix());
    command.addAll(
        List.of(
            data.programs().postgres().toString(),
            "-D",
            files().data().toString(),
            "-c",
            "config_file=" + files().settings(),
            "-p",
            String.valueOf(port)));
    for (String setting : EmbeddedPostgresOptions.DURABILITY) {
      // On the command line, where no ALTER SYSTEM reaches.
      command.addAll(List.of("-c", setting + "=on"));
    }
    return command;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
