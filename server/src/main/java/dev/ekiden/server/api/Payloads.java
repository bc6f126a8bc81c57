package dev.ekiden.server.api;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.http.JsonProblems;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks payloads at the door against the types of the definitions this process knows, so that a
 * misspelt field is refused and not silently left out.
 */
final class Payloads {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Payloads() {}

  /**
   * Checks a payload; one that is left out, or of a definition not known here, passes.
   *
   * @param path where the payload stands in the body, such as {@code payload} or {@code
   *     [3].payload}
   * @throws ProblemException with status 422, the field and the fields that are allowed
   */
  static void check(Engine engine, String definition, @Nullable JsonNode payload, String path) {
    Optional<JobDefinition<?>> known = engine.definition(definition);
    if (known.isEmpty() || payload == null || payload.isNull()) {
      return;
    }
    try {
      STRICT.treeToValue(payload, known.get().payloadType());
    } catch (JacksonException e) {
      Problem problem = JsonProblems.of(e).problem();
      String field = problem.field() == null || problem.field().isEmpty() ? "" : problem.field();
      String separator = field.isEmpty() || field.startsWith("[") ? "" : ".";
      throw new ProblemException(
          Problem.of(
                  422,
                  problem.code(),
                  "the payload does not fit '%s': %s".formatted(definition, problem.detail()))
              .withField(path + separator + field),
          e);
    }
  }
}
