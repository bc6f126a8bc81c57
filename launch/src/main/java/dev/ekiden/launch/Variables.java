package dev.ekiden.launch;

import java.util.Map;
import java.util.regex.Pattern;

/** What may be an environment variable. */
final class Variables {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");

  private Variables() {}

  static void check(Map<String, String> variables) {
    variables.forEach(Variables::check);
  }

  static void check(String name, String value) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("This is not the name of a variable: \"" + name + "\"");
    }
    if (name.equals(Launcher.RESULT_VARIABLE) || name.equals(Launcher.TASK_VARIABLE)) {
      throw new IllegalArgumentException("The variable " + name + " is set by the launcher");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("The variable " + name + " has a zero character in it");
    }
  }
}
