package dev.ekiden.fleet.command;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parameters of one job: what it gave, and the defaults of what it did not.
 *
 * @param values by parameter, as they reach the program
 * @param json the same as a JSON object with numbers and truth values
 */
public record ParameterValues(Map<String, String> values, String json) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  public ParameterValues {
    values = Map.copyOf(values);
  }

  /**
   * Reads a payload: an object with a field for each parameter that is given. Numbers and truth
   * values may also be written as text. Nothing, or null, gives none.
   *
   * @throws InvalidParameterException saying what is allowed
   */
  public static ParameterValues of(CommandDefinition definition, @Nullable JsonNode payload) {
    Map<String, String> given = new TreeMap<>();
    if (payload != null && !payload.isNull() && !payload.isMissingNode()) {
      if (!payload.isObject()) {
        throw new InvalidParameterException(
            "",
            "the payload of '%s' must be an object with its parameters, as in {\"%s\": …}"
                .formatted(definition.name(), anyName(definition)));
      }
      payload.properties().forEach(field -> given.put(field.getKey(), text(field)));
    }
    return of(definition, given);
  }

  /**
   * Reads parameters that are given as text.
   *
   * @throws InvalidParameterException saying what is allowed
   */
  public static ParameterValues of(CommandDefinition definition, Map<String, String> given) {
    List<String> names = definition.parameters().stream().map(CommandParameter::name).toList();
    for (String name : given.keySet()) {
      if (!names.contains(name)) {
        throw new InvalidParameterException(
            name,
            "'%s' has no parameter '%s'; it has %s"
                .formatted(
                    definition.name(), name, names.isEmpty() ? "none" : String.join(", ", names)));
      }
    }
    Map<String, String> values = new TreeMap<>();
    ObjectNode json = MAPPER.createObjectNode();
    for (CommandParameter parameter : definition.parameters()) {
      String value = given.getOrDefault(parameter.name(), parameter.defaultValue().orElse(null));
      if (value == null) {
        throw new InvalidParameterException(
            parameter.name(),
            "'%s' needs the parameter '%s'%s"
                .formatted(
                    definition.name(),
                    parameter.name(),
                    parameter.description().isEmpty() ? "" : ": " + parameter.description()));
      }
      try {
        String checked = parameter.checked(value);
        values.put(parameter.name(), checked);
        put(json, parameter, checked);
      } catch (IllegalArgumentException e) {
        throw new InvalidParameterException(parameter.name(), String.valueOf(e.getMessage()));
      }
    }
    return new ParameterValues(values, MAPPER.writeValueAsString(json));
  }

  /**
   * Parameters given as text, as a payload: in the types of the definition, without defaults.
   *
   * @throws InvalidParameterException saying what is allowed
   */
  public static ObjectNode payload(CommandDefinition definition, Map<String, String> given) {
    ParameterValues all = of(definition, given);
    ObjectNode payload = MAPPER.createObjectNode();
    for (CommandParameter parameter : definition.parameters()) {
      String value = all.values().get(parameter.name());
      if (given.containsKey(parameter.name()) && value != null) {
        put(payload, parameter, value);
      }
    }
    return payload;
  }

  /** Reads the payload of a job. */
  static ParameterValues read(CommandDefinition definition, String payload) {
    return of(definition, MAPPER.readTree(payload));
  }

  private static void put(ObjectNode json, CommandParameter parameter, String value) {
    switch (parameter.type()) {
      case TEXT -> json.put(parameter.name(), value);
      case INTEGER -> json.put(parameter.name(), new BigInteger(value));
      case NUMBER -> json.put(parameter.name(), new BigDecimal(value));
      case BOOLEAN -> json.put(parameter.name(), Boolean.parseBoolean(value));
    }
  }

  private static String text(Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    if (!value.isValueNode() || value.isNull()) {
      throw new InvalidParameterException(
          field.getKey(), field.getKey() + " must be a text, a number, true or false");
    }
    return value.isNumber() ? value.decimalValue().toPlainString() : value.asString();
  }

  private static String anyName(CommandDefinition definition) {
    return definition.parameters().isEmpty() ? "name" : definition.parameters().getFirst().name();
  }
}
