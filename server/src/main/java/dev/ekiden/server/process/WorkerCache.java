package dev.ekiden.server.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classes of a worker as the Java virtual machine has them after its start, in a file: a worker
 * that is started with it is there in two thirds of the time. Made once for each build, by starting
 * a worker that finds that no fleet wants it. Without the file, or with one that does not fit,
 * everything works as well. Thread-safe.
 */
final class WorkerCache {
  /** A training run that takes longer is given up. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int TRIES = 2;
  private static final Path NICE = Path.of("/usr/bin/nice");
  private static final Logger log = LoggerFactory.getLogger(WorkerCache.class);

  private final Path file;
  private volatile boolean there;

  /**
   * The cache of workers that are started like this.
   *
   * @param directory where files are kept
   * @param start what starts them
   */
  WorkerCache(Path directory, List<String> start) {
    this.file = directory.resolve("worker-" + fingerprint(start) + ".aot");
    this.there = Files.isReadable(file);
  }

  /** The file, if it has been made. */
  Optional<Path> file() {
    return there ? Optional.of(file) : Optional.empty();
  }

  /**
   * Makes the file, unless it is there: some seconds of two processors, at the lowest priority.
   *
   * @param start what starts a worker, the Java virtual machine first
   * @param arguments of the worker
   * @param environment of the worker
   * @return whether it is there now
   */
  synchronized boolean make(
      List<String> start, List<String> arguments, Map<String, String> environment)
      throws InterruptedException {
    for (int tries = 0; !there && tries < TRIES; tries++) {
      try {
        train(start, arguments, environment);
      } catch (IOException e) {
        log.info("workers start without a cache of their classes: {}", e.toString());
        return false;
      }
    }
    return there;
  }

  private void train(List<String> start, List<String> arguments, Map<String, String> environment)
      throws IOException, InterruptedException {
    Files.createDirectories(file.getParent());
    Path part = Files.createTempFile(file.getParent(), "worker", ".part");
    try {
      List<String> command = new ArrayList<>();
      if (Files.isExecutable(NICE)) {
        command.addAll(List.of(NICE.toString(), "-n", "19"));
      }
      command.add(start.getFirst());
      // What the machine of the training run would say belongs into no log of ours.
      command.addAll(List.of("-Xlog:disable", "-XX:AOTCacheOutput=" + part));
      command.addAll(start.subList(1, start.size()));
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.environment().putAll(environment);
      Process process = builder.start();
      try {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          throw new IOException("the training run did not end in " + PATIENCE);
        }
      } finally {
        process.destroyForcibly();
      }
      // One that crashed at its end may have left half a file.
      if (process.exitValue() == 0 && Files.size(part) > 0) {
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        there = true;
        log.debug("workers start with the classes in {}", file);
      }
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Another build, Java or option has another file. */
  private static String fingerprint(List<String> start) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(System.getProperty("java.vm.version", "").getBytes(StandardCharsets.UTF_8));
      for (String argument : start) {
        digest.update(argument.getBytes(StandardCharsets.UTF_8));
        for (String part : argument.split(File.pathSeparator, -1)) {
          if (part.endsWith(".jar")) {
            File jar = new File(part);
            digest.update(
                (jar.length() + " " + jar.lastModified()).getBytes(StandardCharsets.UTF_8));
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
