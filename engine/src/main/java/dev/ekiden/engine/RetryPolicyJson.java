package dev.ekiden.engine;

import dev.ekiden.engine.RetryRule.Action;
import dev.ekiden.engine.RetryRule.Backoff;
import dev.ekiden.engine.RetryRule.Match;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The form of a retry policy in JSON: in the settings of a definition and in the API. */
final class RetryPolicyJson {
  private static final JsonMapper PARSER = JsonMapper.shared();

  private static final Set<String> POLICY =
      Set.of("maxFailures", "initialDelay", "multiplier", "maxDelay", "jitter", "rules");
  private static final Set<String> DELAYS =
      Set.of("initialDelay", "multiplier", "maxDelay", "jitter");

  private RetryPolicyJson() {}

  static Map<String, Object> write(RetryPolicy policy) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("maxFailures", policy.maxFailures());
    json.put("initialDelay", policy.initialDelay().toString());
    json.put("multiplier", policy.multiplier());
    json.put("maxDelay", policy.maxDelay().toString());
    json.put("jitter", policy.jitter());
    if (!policy.rules().isEmpty()) {
      json.put("rules", policy.rules().stream().map(RetryPolicyJson::write).toList());
    }
    return json;
  }

  private static Map<String, Object> write(RetryRule rule) {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (rule.match()) {
      case Match.ExceptionType exception -> {
        json.put("on", "exception");
        json.put("type", exception.type());
      }
      case Match.Timeout timeout -> json.put("on", "timeout");
      case Match.OutOfMemory outOfMemory -> json.put("on", "out-of-memory");
      case Match.RetryAfter retryAfter -> json.put("on", "retry-after");
    }
    switch (rule.action()) {
      case Action.Fail fail -> json.put("action", "fail");
      case Action.Retry retry -> {
        json.put("action", "retry");
        json.put("counted", retry.counted());
        Backoff backoff = retry.backoff();
        if (backoff != null) {
          json.put("initialDelay", backoff.initialDelay().toString());
          json.put("multiplier", backoff.multiplier());
          json.put("maxDelay", backoff.maxDelay().toString());
          json.put("jitter", backoff.jitter());
        }
      }
    }
    return json;
  }

  static RetryPolicy read(String json) {
    JsonNode node;
    try {
      node = PARSER.readTree(json);
    } catch (JacksonException e) {
      throw RetryPolicy.invalid("not JSON: " + e.getOriginalMessage());
    }
    Fields fields = new Fields("", node);
    fields.allow(POLICY);
    List<RetryRule> rules = new ArrayList<>();
    JsonNode list = fields.node().path("rules");
    if (!list.isMissingNode() && !list.isArray()) {
      throw fields.wrong("rules", "an array of rules");
    }
    for (int i = 0; i < list.size(); i++) {
      rules.add(rule(new Fields("rules[" + i + "].", list.get(i))));
    }
    Backoff delays = backoff(fields);
    RetryPolicy fallback = RetryPolicy.DEFAULT;
    return new RetryPolicy(
        fields.integer("maxFailures", fallback.maxFailures()),
        delays.initialDelay(),
        delays.multiplier(),
        delays.maxDelay(),
        delays.jitter(),
        rules);
  }

  private static RetryRule rule(Fields fields) {
    String on = fields.oneOf("on", "exception", "timeout", "out-of-memory", "retry-after");
    String action = fields.oneOf("action", "retry", "fail");
    Set<String> allowed = new TreeSet<>(Set.of("on", "action"));
    if (on.equals("exception")) {
      allowed.add("type");
    }
    if (action.equals("retry")) {
      allowed.add("counted");
      allowed.addAll(DELAYS);
    }
    fields.allow(allowed);
    Match match =
        switch (on) {
          case "exception" -> new Match.ExceptionType(fields.text("type"));
          case "timeout" -> new Match.Timeout();
          case "out-of-memory" -> new Match.OutOfMemory();
          default -> new Match.RetryAfter();
        };
    return new RetryRule(
        match,
        action.equals("fail")
            ? new Action.Fail()
            : new Action.Retry(
                DELAYS.stream().anyMatch(fields.node()::has) ? backoff(fields) : null,
                fields.flag("counted", true)));
  }

  /** What is left out is as in the default policy. */
  private static Backoff backoff(Fields fields) {
    RetryPolicy fallback = RetryPolicy.DEFAULT;
    Duration initial = fields.duration("initialDelay", fallback.initialDelay());
    Duration longest = initial.compareTo(fallback.maxDelay()) > 0 ? initial : fallback.maxDelay();
    return new Backoff(
        initial,
        fields.number("multiplier", fallback.multiplier()),
        fields.duration("maxDelay", longest),
        fields.number("jitter", fallback.jitter()));
  }

  /** The fields of an object, read strictly; {@code path} leads to it. */
  private record Fields(String path, JsonNode node) {
    Fields {
      if (!node.isObject()) {
        throw RetryPolicy.invalid(
            (path.isEmpty() ? "it" : path.substring(0, path.length() - 1)) + " must be an object");
      }
    }

    void allow(Set<String> allowed) {
      for (String name : node.propertyNames()) {
        if (!allowed.contains(name)) {
          throw RetryPolicy.invalid(
              "there is no field '%s%s' here; allowed are %s"
                  .formatted(path, name, String.join(", ", new TreeSet<>(allowed))));
        }
      }
    }

    String text(String name) {
      JsonNode value = node.path(name);
      if (!value.isString()) {
        throw wrong(name, "text");
      }
      return value.stringValue();
    }

    String oneOf(String name, String... allowed) {
      JsonNode value = node.path(name);
      if (!value.isString() || !Arrays.asList(allowed).contains(value.stringValue())) {
        throw wrong(name, "one of " + String.join(", ", allowed));
      }
      return value.stringValue();
    }

    boolean flag(String name, boolean fallback) {
      JsonNode value = present(name);
      if (value != null && !value.isBoolean()) {
        throw wrong(name, "true or false");
      }
      return value == null ? fallback : value.booleanValue();
    }

    int integer(String name, int fallback) {
      JsonNode value = present(name);
      if (value != null && !(value.isInt() || (value.isLong() && value.canConvertToInt()))) {
        throw wrong(name, "a whole number");
      }
      return value == null ? fallback : value.intValue();
    }

    double number(String name, double fallback) {
      JsonNode value = present(name);
      if (value != null && !value.isNumber()) {
        throw wrong(name, "a number");
      }
      return value == null ? fallback : value.doubleValue();
    }

    Duration duration(String name, Duration fallback) {
      JsonNode value = present(name);
      if (value == null) {
        return fallback;
      }
      try {
        return Duration.parse(value.isString() ? value.stringValue() : "");
      } catch (DateTimeException e) {
        throw wrong(name, "a duration such as PT1.5S or PT10M");
      }
    }

    InvalidRequestException wrong(String name, String allowed) {
      JsonNode value = node.path(name);
      return RetryPolicy.invalid(
          "%s%s must be %s, not %s"
              .formatted(path, name, allowed, value.isMissingNode() ? "missing" : value));
    }

    private @Nullable JsonNode present(String name) {
      return node.has(name) ? node.get(name) : null;
    }
  }
}
