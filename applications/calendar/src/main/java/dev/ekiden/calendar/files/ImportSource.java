package dev.ekiden.calendar.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One file to import.
 *
 * @param name what problems call it
 * @param content opened once, by the import, which also closes it
 */
public record ImportSource(CalendarFile file, String name, Content content) {

  /** Opens the bytes of a file. */
  @FunctionalInterface
  public interface Content {
    InputStream open() throws IOException;
  }

  public static ImportSource of(CalendarFile file, Path path) {
    return new ImportSource(file, path.toString(), () -> Files.newInputStream(path));
  }

  /** The files of a directory that have the name of a {@link CalendarFile}; others are ignored. */
  public static List<ImportSource> inDirectory(Path directory) {
    List<ImportSource> sources = new ArrayList<>();
    for (CalendarFile file : CalendarFile.values()) {
      Path path = directory.resolve(file.fileName());
      if (Files.exists(path)) {
        sources.add(of(file, path));
      }
    }
    return sources;
  }
}
