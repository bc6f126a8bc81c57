package dev.ekiden.server.cli;

import dev.ekiden.server.Json;
import java.io.PrintWriter;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;

/** Prints data in the format of {@code --output}. Not thread-safe. */
public final class Printer {
  private static final ObjectWriter INDENTED = Json.MAPPER.writerWithDefaultPrettyPrinter();

  private final PrintWriter out;
  private final Output output;

  public Printer(PrintWriter out, Output output) {
    this.out = out;
    this.output = output;
  }

  public Output output() {
    return output;
  }

  /** Prints a listing: an object whose {@code items} are the rows. */
  public void list(JsonNode listing, List<Field> fields) {
    switch (output) {
      case json -> out.println(INDENTED.writeValueAsString(listing));
      case jsonl -> listing.path("items").forEach(item -> out.println(item));
      case table -> {
        Table table =
            new Table(fields.stream().map(f -> new Table.Column(f.header(), f.right())).toList());
        listing
            .path("items")
            .forEach(item -> table.row(fields.stream().map(f -> f.text().apply(item)).toList()));
        print(table);
      }
    }
    out.flush();
  }

  /** Prints one object: as name and value in a table, leaving out what is empty. */
  public void one(JsonNode object, List<Field> fields) {
    switch (output) {
      case json -> out.println(INDENTED.writeValueAsString(object));
      case jsonl -> out.println(object);
      case table -> {
        int width = fields.stream().mapToInt(f -> DisplayWidth.of(f.header())).max().orElse(0);
        for (Field field : fields) {
          String text = field.text().apply(object);
          if (!text.isEmpty()) {
            out.println(
                DisplayWidth.pad(field.header(), width, false) + "  " + multiline(text, width));
          }
        }
      }
    }
    out.flush();
  }

  /** Prints a table, whatever the format. */
  public void print(Table table) {
    table.lines().forEach(out::println);
    out.flush();
  }

  /** Prints text as it is, but for characters that would steer the terminal. */
  public void line(String text) {
    out.println(output == Output.table ? Table.printable(text) : text);
    out.flush();
  }

  /** Later lines stand below the first one. */
  private static String multiline(String text, int width) {
    return text.lines()
        .map(Table::printable)
        .reduce((above, line) -> above + System.lineSeparator() + " ".repeat(width + 2) + line)
        .orElse("");
  }
}
