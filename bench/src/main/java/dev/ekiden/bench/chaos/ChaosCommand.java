package dev.ekiden.bench.chaos;

import picocli.CommandLine.Command;

/** {@code ./ekiden bench chaos NAME}. */
@Command(
    name = "chaos",
    description = "Faults from a seed while work flows, and a check of what happened.",
    mixinStandardHelpOptions = true,
    subcommands = {EngineChaosCommand.class})
public final class ChaosCommand {}
