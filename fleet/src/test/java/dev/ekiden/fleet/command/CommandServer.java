package dev.ekiden.fleet.command;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.fleet.command.CommandDefinitions.Applied;
import dev.ekiden.fleet.command.CommandDefinitions.Source;
import dev.ekiden.fleet.command.CommandLaunchers.Located;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.docker.DockerOptions;
import dev.ekiden.launch.process.ProcessLauncher;
import dev.ekiden.testkit.TestEngine;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What a server has to run programs, in the process of the test. */
final class CommandServer implements AutoCloseable {
  final Engine engine;
  final CommandDefinitions definitions;
  final CommandTasks tasks;
  final CommandLaunchers launchers = new CommandLaunchers();
  final Launcher plain;
  private final CommandRunner runner;

  private CommandServer(
      TestEngine jobs, String name, Path directory, UnaryOperator<Launcher> wrapped) {
    engine =
        jobs.closeAfterTest(
            Engine.on(jobs.database().dataSource())
                .name(name)
                .lease(Duration.ofSeconds(1))
                .build());
    engine.start();
    definitions = new CommandDefinitions(jobs.database(), engine);
    tasks = new CommandTasks(jobs.database(), engine);
    plain = ProcessLauncher.in(directory);
    Launcher launcher = wrapped.apply(plain);
    CommandLaunchers places = new CommandLaunchers().withProcesses(directory);
    Located real = places.open("process");
    launchers.with("process", () -> new Located(real.place(), real.host(), launcher));
    DockerOptions docker = DockerOptions.of("commands-" + engine.databaseId());
    String address = System.getenv("EKIDEN_DOCKER_HOST");
    launchers.withDocker(address == null ? docker : docker.withEngine(URI.create(address)));
    runner =
        new CommandRunner(
            engine,
            definitions,
            tasks,
            launchers,
            new CommandRunner.Options(
                name, 8, Map.of("SHOP_PASSWORD", "open sesame"), Duration.ofMillis(300)));
  }

  static CommandServer start(TestEngine jobs, String name, Path directory) {
    return start(jobs, name, directory, launcher -> launcher);
  }

  /** One whose launcher does something else, too. */
  static CommandServer start(
      TestEngine jobs, String name, Path directory, UnaryOperator<Launcher> wrapped) {
    CommandServer server = new CommandServer(jobs, name, directory, wrapped);
    server.runner.start();
    return server;
  }

  Applied apply(String yaml) {
    Applied applied = definitions.apply(List.of(new Source("test.yaml", yaml)), false).getFirst();
    runner.applied();
    return applied;
  }

  long submit(String definition, Map<String, Object> parameters) {
    return engine.enqueue(JobRequest.of(definition, parameters)).id();
  }

  Job await(long id) {
    try {
      return engine.jobs().await(id, TestEngine.PATIENCE);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  List<String> log(long id) {
    return engine.jobs().logs(id).stream().map(dev.ekiden.engine.LogLine::text).toList();
  }

  @Override
  public void close() {
    runner.close();
  }
}
