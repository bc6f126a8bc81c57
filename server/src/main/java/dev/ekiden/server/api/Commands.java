package dev.ekiden.server.api;

import dev.ekiden.fleet.command.CommandDefinitions;
import dev.ekiden.fleet.command.CommandDefinitions.Revision;
import dev.ekiden.fleet.command.CommandRunner;
import dev.ekiden.fleet.command.CommandTasks;
import dev.ekiden.fleet.command.InvalidParameterException;
import dev.ekiden.fleet.command.ParameterValues;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the server has to run programs: their definitions, their tasks, and who runs them. */
public record Commands(CommandDefinitions definitions, CommandTasks tasks, CommandRunner runner) {

  /**
   * Checks the parameters of a job; one of another kind of definition passes.
   *
   * @param path where the payload stands in the body
   * @throws ProblemException with status 422, the parameter and what is allowed
   */
  void check(String definition, @Nullable JsonNode payload, String path) {
    Optional<Revision> revision = definitions.find(definition);
    if (revision.isPresent()) {
      try {
        ParameterValues.of(revision.get().definition(), payload);
      } catch (InvalidParameterException e) {
        throw refused(e, path);
      }
    }
  }

  /**
   * The payload for parameters that are given as text.
   *
   * @param path where they stand in the body
   * @throws ProblemException with status 422, the parameter and what is allowed
   */
  JsonNode payload(String definition, Map<String, String> parameters, String path) {
    Revision revision =
        definitions
            .find(definition)
            .orElseThrow(() ->
                new ProblemException(
                    Problem.of(
                            422,
                            "invalid-field",
                            "'%s' is no definition that was applied from a file: check its name; only those"
                                    .formatted(definition)
                                + " have parameters, others a payload")
                        .withField(path)));
    try {
      return ParameterValues.payload(revision.definition(), parameters);
    } catch (InvalidParameterException e) {
      throw refused(e, path);
    }
  }

  private static ProblemException refused(InvalidParameterException refusal, String path) {
    return new ProblemException(
        Problem.of(422, "invalid-parameter", String.valueOf(refusal.getMessage()))
            .withField(refusal.parameter().isEmpty() ? path : path + "." + refusal.parameter()),
        refusal);
  }
}
