package dev.ekiden.fleet.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts values of parameters in place of <code>${name}</code>. What comes out is one argument or one
 * value of a variable, whatever stands in it: no shell ever reads it. <code>$${</code> is a plain
 * <code>${</code>.
 */
final class Templates {
  private static final Pattern PLACE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)(\\}?)");

  private Templates() {}

  /**
   * Refuses places of parameters that there are not.
   *
   * @throws IllegalArgumentException naming those there are
   */
  static void check(CommandProgram program, Map<String, String> environment, Set<String> names) {
    List<String> templates = new ArrayList<>(environment.values());
    switch (program) {
      case CommandProgram.Executable(List<String> command) -> {
        if (PLACE.matcher(command.getFirst()).find()) {
          throw new IllegalArgumentException(
              "the program itself cannot be a parameter: '" + command.getFirst() + "'");
        }
        templates.addAll(command);
      }
      case CommandProgram.Jar jar -> {
        templates.addAll(jar.arguments());
        templates.addAll(jar.options());
      }
      case CommandProgram.Image(String image, List<String> command) -> templates.addAll(command);
    }
    check(templates, names);
  }

  /**
   * Refuses places of parameters that there are not.
   *
   * @throws IllegalArgumentException naming those there are
   */
  static void check(Collection<String> templates, Set<String> names) {
    for (String template : templates) {
      fill(
          template,
          name -> {
            if (!names.contains(name)) {
              throw new IllegalArgumentException(
                  "there is no parameter '%s' for '%s'; there are %s"
                      .formatted(
                          name,
                          template,
                          names.isEmpty()
                              ? "none"
                              : String.join(", ", names.stream().sorted().toList())));
            }
            return "";
          });
    }
  }

  static List<String> fill(List<String> templates, Map<String, String> values) {
    return templates.stream().map(template -> fill(template, values)).toList();
  }

  static String fill(String template, Map<String, String> values) {
    return fill(
        template,
        name -> {
          String value = values.get(name);
          if (value == null) {
            throw new IllegalArgumentException("the parameter " + name + " has no value");
          }
          return value;
        });
  }

  private static String fill(String template, Function<String, String> values) {
    Matcher matcher = PLACE.matcher(template);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      if (name == null) {
        matcher.appendReplacement(filled, Matcher.quoteReplacement("${"));
        continue;
      }
      if (matcher.group(2).isEmpty()) {
        throw new IllegalArgumentException("there is no } after ${ in '" + template + "'");
      }
      matcher.appendReplacement(filled, Matcher.quoteReplacement(values.apply(name)));
    }
    return matcher.appendTail(filled).toString();
  }
}
