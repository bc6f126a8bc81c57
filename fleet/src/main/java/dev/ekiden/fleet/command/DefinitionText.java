package dev.ekiden.fleet.command;

import dev.ekiden.engine.RetryPolicy;
import dev.ekiden.fleet.Times;
import dev.ekiden.launch.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A definition as fields and values, to tell what differs between two. */
final class DefinitionText {
  private DefinitionText() {}

  /** What differs, a line for each field: {@code timeout: 10m → 5m}. */
  static List<String> difference(CommandDefinition before, CommandDefinition after) {
    Map<String, String> old = fields(before);
    Map<String, String> now = fields(after);
    Set<String> keys = new LinkedHashSet<>(old.keySet());
    keys.addAll(now.keySet());
    List<String> lines = new ArrayList<>();
    for (String key : keys) {
      String from = old.getOrDefault(key, "none");
      String to = now.getOrDefault(key, "none");
      if (!from.equals(to)) {
        lines.add("%s: %s → %s".formatted(key, from, to));
      }
    }
    return lines;
  }

  static Map<String, String> fields(CommandDefinition definition) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("queue", definition.queue());
    fields.put("priority", Integer.toString(definition.priority()));
    put(fields, "description", definition.description());
    switch (definition.program()) {
      case CommandProgram.Executable(List<String> command) ->
          fields.put("command", command.toString());
      case CommandProgram.Image(String image, List<String> command) -> {
        fields.put("image", image);
        if (!command.isEmpty()) {
          fields.put("command", command.toString());
        }
      }
      case CommandProgram.Jar jar -> {
        fields.put("jar", jar.jar());
        jar.mainClass().ifPresent(name -> fields.put("main-class", name));
        jar.java().ifPresent(java -> fields.put("java", java));
        fields.put("java-options", jar.options().toString());
        fields.put("arguments", jar.arguments().toString());
      }
    }
    for (CommandParameter parameter : definition.parameters()) {
      fields.put("parameters." + parameter.name(), text(parameter));
    }
    definition.environment().forEach((name, value) -> fields.put("environment." + name, value));
    for (SecretReference secret : definition.secrets()) {
      fields.put("secrets." + secret.name(), text(secret));
    }
    definition.workingDirectory().ifPresent(path -> fields.put("working-directory", path));
    fields.put("launcher", definition.launcher());
    fields.put("vcpus", Double.toString(definition.resources().vcpuThousandths() / 1_000.0));
    fields.put("memory-mib", Integer.toString(definition.resources().memoryMib()));
    fields.put("pids", Integer.toString(definition.resources().processes()));
    fields.put(
        "network",
        switch (definition.network()) {
          case Network.Host() -> "host";
          case Network.None() -> "none";
          case Network.Named(String name) -> name;
        });
    definition.timeout().ifPresent(time -> fields.put("timeout", Times.format(time)));
    fields.put("grace", Times.format(definition.grace()));
    fields.put("exit-codes.success", definition.successCodes().toString());
    int number = 1;
    for (EndRule rule : definition.rules()) {
      fields.put("rule " + number++, text(rule));
    }
    RetryPolicy retry = definition.retry();
    fields.put("retry.attempts", Integer.toString(retry.maxFailures()));
    fields.put("retry.initial-delay", Times.format(retry.initialDelay()));
    fields.put("retry.multiplier", Double.toString(retry.multiplier()));
    fields.put("retry.max-delay", Times.format(retry.maxDelay()));
    fields.put("retry.jitter", Double.toString(retry.jitter()));
    fields.put("lost-after", definition.lostAfter().map(Times::format).orElse("never"));
    fields.put(
        "result.format", definition.resultFormat().name().toLowerCase(java.util.Locale.ROOT));
    fields.put("result.limit-bytes", Integer.toString(definition.resultLimit()));
    return fields;
  }

  private static String text(CommandParameter parameter) {
    StringBuilder text = new StringBuilder(parameter.type().written());
    parameter.defaultValue().ifPresent(value -> text.append(", default ").append(value));
    if (!parameter.allowed().isEmpty()) {
      text.append(", one of ").append(String.join(" ", parameter.allowed()));
    }
    parameter.pattern().ifPresent(pattern -> text.append(", matches ").append(pattern));
    if (parameter.mayBeginWithDash()) {
      text.append(", may begin with -");
    }
    return parameter.description().isEmpty()
        ? text.toString()
        : text.append(" (").append(parameter.description()).append(')').toString();
  }

  private static String text(SecretReference secret) {
    String as = secret.delivery() == dev.ekiden.launch.Secret.Delivery.FILE ? " as file" : "";
    return switch (secret.source()) {
      case SecretReference.Source.InFile(String path) -> "file " + path + as;
      case SecretReference.Source.InVariable(String variable) -> "variable " + variable + as;
    };
  }

  private static String text(EndRule rule) {
    return "%s%s: %s%s%s"
        .formatted(
            rule.on().written(),
            rule.codes().isEmpty() ? "" : " " + rule.codes(),
            rule.action() == EndRule.Action.FAIL ? "fail" : "retry",
            rule.after().map(time -> " after " + Times.format(time)).orElse(""),
            rule.counted() ? "" : ", not counted");
  }

  private static void put(Map<String, String> fields, String key, String value) {
    if (!value.isEmpty()) {
      fields.put(key, value);
    }
  }
}
