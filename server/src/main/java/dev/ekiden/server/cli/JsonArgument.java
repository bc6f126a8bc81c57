package dev.ekiden.server.cli;

import dev.ekiden.server.CommandContext;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** JSON that is given on the command line, in a file as {@code @FILE}, or on standard input. */
final class JsonArgument {
  private JsonArgument() {}

  static JsonNode read(CommandContext context, String argument) {
    try {
      return Json.MAPPER.readTree(text(context, argument));
    } catch (JacksonException e) {
      throw CommandException.usage(
          "the payload is not JSON (text needs quotes of its own): " + e.getOriginalMessage());
    }
  }

  private static String text(CommandContext context, String argument) {
    if (argument.equals("-")) {
      return context.terminal().in().lines().collect(Collectors.joining("\n"));
    }
    if (!argument.startsWith("@")) {
      return argument;
    }
    try {
      return Files.readString(Path.of(argument.substring(1)));
    } catch (IOException e) {
      throw CommandException.usage("cannot read " + argument.substring(1) + ": " + e);
    }
  }
}
