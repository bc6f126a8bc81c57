package dev.ekiden.launch.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds a program as a shell does. */
final class ProgramPath {

  private ProgramPath() {}

  /**
   * The file to run: a name with a slash as it stands, else the first of that name in the
   * directories of {@code path} that may be run.
   *
   * @throws IOException if there is none
   */
  static String find(String program, String path) throws IOException {
    if (program.indexOf('/') >= 0) {
      return program;
    }
    for (String directory : path.split(":", -1)) {
      Path file = Path.of(directory.isEmpty() ? "." : directory).resolve(program);
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return file.toString();
      }
    }
    throw new IOException("Cannot start " + program + ": there is no such program in " + path);
  }
}
