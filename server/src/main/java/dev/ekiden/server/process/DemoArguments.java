package dev.ekiden.server.process;

import dev.ekiden.server.cli.CommandException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** What {@code ekiden demo} takes besides settings. */
record DemoArguments(DemoPlayer.Options options) {
  private static final String FULL = "--full";
  private static final String JSON = "--json";
  private static final String SEED = "--seed";
  private static final long DEFAULT_SEED = 1;

  static void addTo(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder(FULL)
            .type(boolean.class)
            .description("Play the full size, which takes longer.")
            .build());
    spec.addOption(
        OptionSpec.builder(JSON)
            .type(Path.class)
            .paramLabel("FILE")
            .description("Write the figures to a file too.")
            .build());
    spec.addOption(
        OptionSpec.builder(SEED)
            .type(Long.class)
            .paramLabel("N")
            .description("Seed of everything random (default: 1).")
            .build());
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .type(String.class)
            .paramLabel("NAME")
            .description("The application; all if not given.")
            .build());
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("1..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("ARGUMENT")
            .description("For the demonstration, for example a file of yours.")
            .build());
  }

  static DemoArguments of(ParseResult result) {
    @Nullable String name = result.matchedPositionalValue(0, (String) null);
    List<String> arguments = result.matchedPositionalValue(1, List.of());
    long seed = result.matchedOptionValue(SEED, DEFAULT_SEED);
    @Nullable Path json = result.matchedOptionValue(JSON, (Path) null);
    if (json != null && json.toAbsolutePath().getParent() == null) {
      throw CommandException.usage(JSON + " must name a file, not " + json);
    }
    return new DemoArguments(
        new DemoPlayer.Options(
            name, result.matchedOptionValue(FULL, false), json, seed, arguments));
  }
}
