package dev.ekiden.server.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads YAML documents from a file, or from all YAML files below a directory. */
final class DocumentFiles {
  private static final String SEPARATOR = "---";

  private DocumentFiles() {}

  /**
   * A document.
   *
   * @param text so long that the lines have the numbers they have in the file
   */
  record Document(String file, String text) {}

  /**
   * All documents, in the order of the files' names.
   *
   * @throws CommandException if there are none, or one cannot be read
   */
  static List<Document> read(Path path) {
    List<Document> documents = new ArrayList<>();
    try {
      if (Files.isDirectory(path)) {
        try (Stream<Path> files = Files.walk(path)) {
          for (Path file :
              files.filter(Files::isRegularFile).filter(DocumentFiles::isYaml).sorted().toList()) {
            documents.addAll(split(path.relativize(file).toString(), Files.readString(file)));
          }
        }
      } else {
        documents.addAll(split(path.getFileName().toString(), Files.readString(path)));
      }
    } catch (NoSuchFileException e) {
      throw CommandException.usage("there is no file or directory " + path);
    } catch (CharacterCodingException e) {
      throw CommandException.usage(path + " is not UTF-8 text");
    } catch (IOException e) {
      throw CommandException.usage("cannot read " + path + ": " + e);
    }
    if (documents.isEmpty()) {
      throw CommandException.usage(
          "there are no documents in %s; files end in .yaml or .yml".formatted(path));
    }
    return documents;
  }

  private static boolean isYaml(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  /** The documents of a text, between lines of three dashes. */
  static List<Document> split(String file, String text) {
    List<Document> documents = new ArrayList<>();
    StringBuilder document = new StringBuilder();
    int line = 0;
    for (String one : text.lines().toList()) {
      line++;
      if (one.stripTrailing().equals(SEPARATOR)) {
        add(documents, file, document);
        document = new StringBuilder("\n".repeat(line));
      } else {
        document.append(one).append('\n');
      }
    }
    add(documents, file, document);
    return documents;
  }

  private static void add(List<Document> documents, String file, StringBuilder document) {
    boolean says =
        document.toString().lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#"));
    if (says) {
      documents.add(new Document(file, document.toString()));
    }
  }
}
