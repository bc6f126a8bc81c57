package dev.ekiden.server.cli;

import dev.ekiden.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong with a command line in a line or two: the mistake, what was meant or what
 * there is to choose from, and where help is. The whole help would bury it.
 */
final class UsageMistake {
  /** How picocli calls numbers. */
  private static final Pattern NUMBER = Pattern.compile("an? (long|int|double)\\b");

  private UsageMistake() {}

  static int tell(ParameterException mistake, Terminal terminal) {
    CommandLine line = mistake.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    boolean verbIsMissing =
        String.valueOf(mistake.getMessage()).startsWith("Missing required subcommand");
    terminal.say(
        "ekiden: "
            + Table.printable(
                verbIsMissing ? "say what to do after `" + name + "`" : message(mistake, name)));
    if (verbIsMissing) {
      list(line, terminal);
    } else if (mistake instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        terminal.say("Did you mean " + String.join(" or ", suggestions) + "?");
      }
    }
    terminal.say("Try `" + name + " --help`.");
    return ExitCode.USAGE;
  }

  private static String message(ParameterException mistake, String name) {
    boolean takesVerbs = !mistake.getCommandLine().getSubcommands().isEmpty();
    if (takesVerbs && mistake instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().getFirst();
      if (!first.startsWith("-")) {
        return "there is no verb '%s' in %s".formatted(first, name);
      }
    }
    return NUMBER.matcher(String.valueOf(mistake.getMessage())).replaceAll("a number");
  }

  private static void list(CommandLine line, Terminal terminal) {
    int width = line.getSubcommands().keySet().stream().mapToInt(String::length).max().orElse(0);
    for (Map.Entry<String, CommandLine> verb : line.getSubcommands().entrySet()) {
      String[] description = verb.getValue().getCommandSpec().usageMessage().description();
      terminal.say(
          "  "
              + DisplayWidth.pad(verb.getKey(), width, false)
              + "  "
              + (description.length == 0 ? "" : description[0]));
    }
  }
}
