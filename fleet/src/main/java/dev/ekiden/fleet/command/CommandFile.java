package dev.ekiden.fleet.command;

import dev.ekiden.engine.InvalidRequestException;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.RetryPolicy;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.command.EndRule.Action;
import dev.ekiden.fleet.command.EndRule.On;
import dev.ekiden.fleet.yaml.YamlDocument;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.fleet.yaml.YamlMap;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret.Delivery;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.ecs.EcsLauncher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads definitions as people write them.
 *
 * <pre>{@code
 * kind: job
 * name: sort-numbers
 * command: [/usr/bin/sort, --numeric-sort, "${file}"]
 * parameters:
 *   file: {description: the file to sort}
 * timeout: 10m
 * }</pre>
 */
public final class CommandFile {
  /** What stands in the field {@code kind} of these documents. */
  public static final String KIND = "job";

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
  private static final Duration MAX_TIMEOUT = JobDefinition.MAX_TIMEOUT;

  private final YamlMap document;

  private CommandFile(YamlMap document) {
    this.document = document;
  }

  /**
   * Reads one document.
   *
   * @param file named in messages
   * @throws YamlException with the line, what is wrong and what is allowed
   */
  public static CommandDefinition parse(String file, String text) {
    return new CommandFile(YamlDocument.parse(file, text).map()).definition();
  }

  private CommandDefinition definition() {
    document.read(
        "kind",
        kind -> {
          if (!kind.equals(KIND)) {
            throw new IllegalArgumentException();
          }
          return kind;
        },
        "'job' for a job definition");
    String name = name("name");
    String queue = document.has("queue") ? name("queue") : name;
    int priority =
        (int)
            document.integer(
                "priority",
                JobDefinition.MIN_PRIORITY,
                JobDefinition.MAX_PRIORITY,
                JobDefinition.DEFAULT_PRIORITY);
    String description = document.text("description", "");
    CommandProgram program = program();
    boolean image = program instanceof CommandProgram.Image;
    String launcher = launcher(image);
    Network network = network(image, launcher);
    List<CommandParameter> parameters = parameters();
    SortedMap<String, String> environment = environment();
    checkPlaces(parameters, environment);
    List<SecretReference> secrets = secrets();
    if (launcher.equals(CommandDefinition.ECS)
        && secrets.stream().anyMatch(secret -> secret.delivery() == Delivery.FILE)) {
      throw document.mistake("secrets", "must be `as: variable`: ECS gives no files");
    }
    Optional<String> directory = workingDirectory();
    Resources resources = resources();
    Optional<Duration> timeout =
        document.has("timeout")
            ? Optional.of(time("timeout", Duration.ofMillis(1), MAX_TIMEOUT))
            : Optional.empty();
    Duration grace =
        document.has("grace")
            ? time("grace", Duration.ZERO, Task.MAX_STOP_GRACE)
            : Task.DEFAULT_STOP_GRACE;
    if (launcher.equals(CommandDefinition.ECS) && grace.compareTo(EcsLauncher.MAX_STOP_GRACE) > 0) {
      throw document.mistake("grace", "must be at most 2m: ECS gives no more");
    }
    List<EndRule> rules = new ArrayList<>();
    List<CodeRange> success = exitCodes(rules);
    RetryPolicy retry = retry(rules);
    Optional<Duration> lostAfter = lostAfter();
    Optional<YamlMap> result = document.mapIfPresent("result");
    ResultFormat format =
        result
            .map(map -> map.choice("format", ResultFormat.values(), ResultFormat.AUTO))
            .orElse(ResultFormat.AUTO);
    int limit =
        result
            .map(map ->
                (int)
                    map.integer(
                        "limit-bytes",
                        1,
                        CommandDefinition.MAX_RESULT_BYTES,
                        CommandDefinition.DEFAULT_RESULT_BYTES))
            .orElse(CommandDefinition.DEFAULT_RESULT_BYTES);
    result.ifPresent(YamlMap::end);
    document.end();
    return document.checked(() ->
        new CommandDefinition(
            name,
            queue,
            priority,
            description,
            program,
            parameters,
            environment,
            secrets,
            directory,
            launcher,
            resources,
            network,
            timeout,
            grace,
            success,
            rules,
            retry,
            lostAfter,
            format,
            limit));
  }

  private String name(String key) {
    return document.read(
        key,
        text -> {
          if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException();
          }
          return text;
        },
        "1 to 100 of a-z 0-9 . _ -, beginning with a letter or digit");
  }

  private CommandProgram program() {
    boolean hasImage = document.has("image");
    boolean hasJar = document.has("jar");
    boolean hasCommand = document.has("command");
    if (hasImage && hasJar) {
      throw document.mistake("jar", "cannot stand beside image: name the program in command");
    }
    if (hasJar && hasCommand) {
      throw document.mistake("command", "cannot stand beside jar: use arguments");
    }
    for (String key : List.of("main-class", "java", "java-options", "arguments")) {
      if (document.has(key) && !hasJar) {
        throw document.mistake(key, "goes with jar");
      }
    }
    if (hasJar) {
      return new CommandProgram.Jar(
          document.text("jar"),
          optional("main-class"),
          optional("java"),
          document.list("java-options"),
          document.list("arguments"));
    }
    List<String> command = document.list("command");
    if (hasImage) {
      return new CommandProgram.Image(document.text("image"), command);
    }
    if (!hasCommand) {
      throw document.mistake("must have one of command, jar, image");
    }
    if (command.isEmpty() || command.getFirst().isBlank()) {
      throw document.mistake("command", "must name a program, as in [/usr/bin/sort, -n]");
    }
    return new CommandProgram.Executable(command);
  }

  private Optional<String> optional(String key) {
    return document.has(key) ? Optional.of(document.text(key)) : Optional.empty();
  }

  private String launcher(boolean image) {
    String usual = image ? CommandDefinition.DOCKER : CommandDefinition.PROCESS;
    String launcher = document.text("launcher", usual);
    if (image && launcher.equals(CommandDefinition.PROCESS)) {
      throw document.mistake(
          "launcher", "must be docker, kubernetes or ecs, because there is an image");
    }
    if (!image && !launcher.equals(CommandDefinition.PROCESS)) {
      throw document.mistake(
          "launcher", "must be process, because there is no image; '" + launcher + "' runs images");
    }
    return launcher;
  }

  private Network network(boolean image, String launcher) {
    boolean ecs = launcher.equals(CommandDefinition.ECS);
    String network = document.text("network", image && !ecs ? "none" : "host");
    if (ecs && network.equals("none")) {
      throw document.mistake(
          "network",
          "must not be none: every task of ECS has a network; name one that lets nothing out");
    }
    if (!image && !network.equals("host")) {
      throw document.mistake("network", "must be host: processes share the machine's network");
    }
    return switch (network) {
      case "host" -> Network.host();
      case "none" -> Network.none();
      default -> Network.named(network);
    };
  }

  private List<CommandParameter> parameters() {
    Optional<YamlMap> map = document.mapIfPresent("parameters");
    if (map.isEmpty()) {
      return List.of();
    }
    List<CommandParameter> parameters = new ArrayList<>();
    for (String name : map.get().names()) {
      YamlMap fields = map.get().map(name);
      CommandParameter.Type type =
          fields.choice("type", CommandParameter.Type.values(), CommandParameter.Type.TEXT);
      String description = fields.text("description", "");
      Optional<String> usual =
          fields.has("default") ? Optional.of(fields.raw("default")) : Optional.empty();
      List<String> allowed = fields.list("allowed");
      Optional<String> pattern =
          fields.has("pattern") ? Optional.of(fields.raw("pattern")) : Optional.empty();
      boolean dash = flag(fields, "may-begin-with-dash", false);
      fields.end();
      parameters.add(
          fields.checked(
              () -> new CommandParameter(name, type, description, usual, allowed, pattern, dash)));
    }
    return parameters;
  }

  private SortedMap<String, String> environment() {
    SortedMap<String, String> environment = new TreeMap<>();
    document
        .mapIfPresent("environment")
        .ifPresent(map ->
            map.names()
                .forEach(name -> {
                  checkVariable(map, name);
                  environment.put(name, map.raw(name));
                }));
    return environment;
  }

  /** Checks what is to be replaced where it stands, so that the line is told. */
  private void checkPlaces(
      List<CommandParameter> parameters, SortedMap<String, String> environment) {
    Set<String> names = parameters.stream().map(CommandParameter::name).collect(Collectors.toSet());
    for (String key : List.of("command", "arguments", "java-options")) {
      checkPlaces(document, key, document.list(key), names);
    }
    document
        .mapIfPresent("environment")
        .ifPresent(map ->
            environment.forEach((name, value) -> checkPlaces(map, name, List.of(value), names)));
  }

  private static void checkPlaces(
      YamlMap map, String key, List<String> templates, Set<String> names) {
    try {
      Templates.check(templates, names);
    } catch (IllegalArgumentException e) {
      throw map.mistake(key, "is wrong: " + e.getMessage());
    }
  }

  private List<SecretReference> secrets() {
    List<SecretReference> secrets = new ArrayList<>();
    document
        .mapIfPresent("secrets")
        .ifPresent(map ->
            map.names()
                .forEach(name -> {
                  checkVariable(map, name);
                  YamlMap fields = map.map(name);
                  boolean file = fields.has("file");
                  if (file == fields.has("variable")) {
                    throw fields.mistake(
                        "must have file or variable, where the server finds it; never the value");
                  }
                  Delivery delivery =
                      fields.choice("as", As.values(), As.VARIABLE) == As.FILE
                          ? Delivery.FILE
                          : Delivery.ENVIRONMENT;
                  SecretReference.Source source =
                      fields.checked(() ->
                          file
                              ? new SecretReference.Source.InFile(fields.text("file"))
                              : new SecretReference.Source.InVariable(fields.text("variable")));
                  fields.end();
                  secrets.add(new SecretReference(name, delivery, source));
                }));
    return secrets;
  }

  private enum As {
    VARIABLE,
    FILE
  }

  private static void checkVariable(YamlMap map, String name) {
    if (!VARIABLE.matcher(name).matches()) {
      throw map.mistake(
          name, "is no name of a variable: letters, digits and _, not beginning with a digit");
    }
  }

  private Optional<String> workingDirectory() {
    Optional<String> directory = optional("working-directory");
    if (directory.isPresent() && !directory.get().startsWith("/")) {
      throw document.mistake(
          "working-directory", "must begin with /, but is '" + directory.get() + "'");
    }
    return directory;
  }

  private Resources resources() {
    double vcpus =
        document.number(
            "vcpus",
            JobDefinition.MIN_VCPUS,
            JobDefinition.MAX_VCPUS,
            Resources.DEFAULT.vcpuThousandths() / 1_000.0);
    int memory =
        (int)
            document.integer(
                "memory-mib",
                Resources.MIN_MEMORY_MIB,
                Resources.MAX_MEMORY_MIB,
                Resources.DEFAULT.memoryMib());
    int processes =
        (int) document.integer("pids", 1, Resources.MAX_PROCESSES, Resources.DEFAULT.processes());
    return new Resources((int) Math.round(vcpus * 1_000), memory, processes);
  }

  private Duration time(String key, Duration min, Duration max) {
    Duration time = document.time(key);
    if (time.compareTo(min) < 0 || time.compareTo(max) > 0) {
      throw document.mistake(
          key,
          "must be %s to %s, not %s"
              .formatted(Times.format(min), Times.format(max), Times.format(time)));
    }
    return time;
  }

  private Optional<Duration> lostAfter() {
    if (document.text("lost-after", "never").equals("never")) {
      return Optional.empty();
    }
    return Optional.of(time("lost-after", Duration.ofSeconds(10), MAX_TIMEOUT));
  }

  /** The codes of success; what to retry and to fail becomes rules. */
  private List<CodeRange> exitCodes(List<EndRule> rules) {
    Optional<YamlMap> map = document.mapIfPresent("exit-codes");
    List<CodeRange> success = List.of(new CodeRange(0, 0));
    if (map.isPresent()) {
      success = map.get().has("success") ? codes(map.get(), "success") : success;
      for (Action action : Action.values()) {
        List<CodeRange> codes = codes(map.get(), action == Action.RETRY ? "retry" : "fail");
        if (!codes.isEmpty()) {
          rules.add(new EndRule(On.EXIT_CODE, codes, action, Optional.empty(), true));
        }
      }
      map.get().end();
    }
    return success;
  }

  private static List<CodeRange> codes(YamlMap map, String key) {
    List<CodeRange> codes = new ArrayList<>();
    for (String text : map.list(key)) {
      try {
        codes.add(CodeRange.parse(text));
      } catch (IllegalArgumentException e) {
        throw map.mistake(key, "is wrong: " + e.getMessage());
      }
    }
    return codes;
  }

  private RetryPolicy retry(List<EndRule> rules) {
    Optional<YamlMap> found = document.mapIfPresent("retry");
    RetryPolicy usual = CommandDefinition.DEFAULT_RETRY;
    if (found.isEmpty()) {
      return usual;
    }
    YamlMap map = found.get();
    int attempts = (int) map.integer("attempts", 1, RetryPolicy.MAX_FAILURES, usual.maxFailures());
    Duration first = map.time("initial-delay", usual.initialDelay());
    double multiplier = map.number("multiplier", 1, 1_000, usual.multiplier());
    Duration most = map.time("max-delay", usual.maxDelay());
    double jitter = map.number("jitter", 0, 1, usual.jitter());
    if (map.has("rules")) {
      map.maps("rules").forEach(rule -> rules.add(rule(rule)));
    }
    map.end();
    return checked(map, () -> new RetryPolicy(attempts, first, multiplier, most, jitter));
  }

  private static EndRule rule(YamlMap map) {
    On on = required(map, "on", On.values());
    Action action = required(map, "action", Action.values());
    List<CodeRange> codes = codes(map, "codes");
    @Nullable Duration after = map.has("after") ? map.time("after") : null;
    if (after != null && after.compareTo(JobRequest.MAX_DELAY) > 0) {
      throw map.mistake("after", "must be at most " + JobRequest.MAX_DELAY.toDays() + "d");
    }
    boolean counted = flag(map, "counted", true);
    map.end();
    return map.checked(() -> new EndRule(on, codes, action, Optional.ofNullable(after), counted));
  }

  private static <E extends Enum<E>> E required(YamlMap map, String key, E[] values) {
    if (!map.has(key)) {
      throw map.mistake(
          "%s is missing; it must be %s"
              .formatted(
                  key,
                  String.join(
                      " or ",
                      Arrays.stream(values)
                          .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                          .toList())));
    }
    return map.choice(key, values, values[0]);
  }

  private static boolean flag(YamlMap map, String key, boolean otherwise) {
    return map.has(key)
        ? map.read(
            key,
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw new IllegalArgumentException();
                },
            "true or false")
        : otherwise;
  }

  private static <T> T checked(YamlMap map, Supplier<T> build) {
    try {
      return build.get();
    } catch (InvalidRequestException e) {
      throw map.mistake(String.valueOf(e.getMessage()));
    }
  }
}
