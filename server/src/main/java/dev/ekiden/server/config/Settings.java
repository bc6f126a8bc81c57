package dev.ekiden.server.config;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was set, and where. Values may be secret, so they are not part of {@link #toString}. */
public final class Settings {
  /**
   * A value and where it comes from.
   *
   * @param origin the flag, the variable or {@code default}
   */
  record Value(String text, String origin) {
    @Override
    public String toString() {
      return "Value[" + origin + "]";
    }
  }

  private final Map<Setting, String> flags;
  private final Map<String, String> environment;

  public Settings(Map<Setting, String> flags, Map<String, String> environment) {
    this.flags = Map.copyOf(flags);
    this.environment = Map.copyOf(environment);
  }

  /** Adds a flag that was not given. */
  public Settings with(Setting setting, String value) {
    Map<Setting, String> copy = new java.util.EnumMap<>(Setting.class);
    copy.putAll(flags);
    copy.put(setting, value);
    return new Settings(copy, environment);
  }

  Optional<Value> value(Setting setting) {
    if (flags.containsKey(setting)) {
      return Optional.of(new Value(flags.get(setting), setting.flag()));
    }
    String variable = environment.get(setting.variable());
    // An empty variable is how scripts say "not set".
    if (variable != null && !variable.isEmpty()) {
      return Optional.of(new Value(variable, setting.variable()));
    }
    return setting.fallback().map(text -> new Value(text, "default"));
  }

  /** The text of a setting. */
  public Optional<String> text(Setting setting) {
    return value(setting).map(Value::text);
  }

  /** Variables that look like ours but mean nothing. */
  public List<String> unknownVariables() {
    Set<String> known =
        Stream.concat(
                Arrays.stream(Setting.values()).map(Setting::variable),
                Setting.READ_ELSEWHERE.stream())
            .collect(Collectors.toSet());
    return environment.keySet().stream()
        .filter(name -> name.startsWith(Setting.PREFIX) && !known.contains(name))
        .sorted()
        .toList();
  }
}
