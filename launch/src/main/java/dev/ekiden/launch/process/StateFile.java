package dev.ekiden.launch.process;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;

/** Small files that are there as a whole or not at all. */
final class StateFile {

  private StateFile() {}

  /** What the file says, if it is there. */
  static Optional<Properties> read(Path file) throws IOException {
    try {
      Properties facts = new Properties();
      facts.load(new StringReader(Files.readString(file)));
      return Optional.of(facts);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Puts it in place of what was there. */
  static void write(Path file, Properties facts) throws IOException {
    Files.move(prepare(file, facts), file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Puts it there if nothing was; of several who try at once one succeeds. */
  static boolean create(Path file, Properties facts) throws IOException {
    Path prepared = prepare(file, facts);
    try {
      Files.createLink(file, prepared);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.delete(prepared);
    }
  }

  private static Path prepare(Path file, Properties facts) throws IOException {
    StringWriter text = new StringWriter();
    facts.store(text, null);
    String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path prepared = file.resolveSibling("." + file.getFileName() + "-" + suffix);
    Files.write(prepared, text.toString().getBytes(StandardCharsets.UTF_8));
    return prepared;
  }
}
