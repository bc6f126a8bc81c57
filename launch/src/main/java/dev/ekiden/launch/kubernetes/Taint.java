package dev.ekiden.launch.kubernetes;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What keeps other pods away from nodes, and ours not.
 *
 * @param key of the taint
 * @param value of the taint; empty: any
 * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}; empty: any
 */
public record Taint(String key, Optional<String> value, Optional<String> effect) {

  private static final Pattern TEXT =
      Pattern.compile("([^=:\\s]+)(?:=([^=:\\s]*))?(?::(NoSchedule|PreferNoSchedule|NoExecute))?");

  /**
   * A taint as {@code kubectl taint} writes it: {@code key}, {@code key=value:NoSchedule}, …
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Taint of(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "A taint is KEY, KEY=VALUE, KEY:EFFECT or KEY=VALUE:EFFECT with the effect NoSchedule,"
              + " PreferNoSchedule or NoExecute, not \""
              + text
              + "\"");
    }
    return new Taint(
        matcher.group(1),
        Optional.ofNullable(matcher.group(2)),
        Optional.ofNullable(matcher.group(3)));
  }
}
