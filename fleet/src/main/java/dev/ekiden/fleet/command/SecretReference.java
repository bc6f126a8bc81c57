package dev.ekiden.fleet.command;

import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Secret.Delivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A secret of a program by where the server finds it when it launches the program; the value is
 * nowhere else.
 *
 * @param name the variable of the program, see {@link Secret}
 * @param delivery how the program gets it
 * @param source where the server finds it
 */
public record SecretReference(String name, Delivery delivery, Source source) {

  /** Longest secret in a file, in bytes. */
  public static final int MAX_BYTES = 64 * 1024;

  /** Where a server finds a secret. */
  public sealed interface Source {
    /**
     * A file of the server's machine; a line feed at its end is left out.
     *
     * @param path absolute
     */
    record InFile(String path) implements Source {
      public InFile {
        if (!path.startsWith("/")) {
          throw new IllegalArgumentException(
              "the file of a secret must begin with /, not '" + path + "'");
        }
      }
    }

    /**
     * A variable of the server's process.
     *
     * @param variable not one of Ekiden's own
     */
    record InVariable(String variable) implements Source {
      public InVariable {
        if (variable.startsWith(CommandDefinition.RESERVED_PREFIX)) {
          throw new IllegalArgumentException(
              "variables that begin with EKIDEN_ are the server's own and never given to programs, so"
                  + " not '"
                  + variable
                  + "'");
        }
      }
    }
  }

  /** Stands for the value where a plan is shown. */
  Secret masked() {
    return new Secret(name, delivery, Secret.MASK);
  }

  /**
   * Reads the value.
   *
   * @param environment of the server
   * @throws UnavailableSecretException naming what is missing, never a value
   */
  Secret read(Map<String, String> environment) {
    return switch (source) {
      case Source.InFile(String path) -> new Secret(name, delivery, file(path));
      case Source.InVariable(String variable) -> {
        String value = environment.get(variable);
        if (value == null) {
          throw new UnavailableSecretException(
              "the secret %s is not there: the server has no variable %s"
                  .formatted(name, variable));
        }
        yield new Secret(name, delivery, value);
      }
    };
  }

  private String file(String path) {
    try {
      Path file = Path.of(path);
      if (Files.size(file) > MAX_BYTES) {
        throw new UnavailableSecretException(
            "the secret %s is too long: %s has more than %,d bytes"
                .formatted(name, path, MAX_BYTES));
      }
      String value = Files.readString(file);
      return value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
    } catch (IOException e) {
      throw new UnavailableSecretException(
          "the secret %s is not there: the server cannot read %s (%s)"
              .formatted(name, path, e.getClass().getSimpleName()));
    }
  }
}
