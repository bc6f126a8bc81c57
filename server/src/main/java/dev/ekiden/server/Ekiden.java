package dev.ekiden.server;

import dev.ekiden.server.cli.CommandTree;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.process.Applications;
import dev.ekiden.server.process.RoleCommand;
import dev.ekiden.server.process.Version;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * The program around your applications.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *   System.exit(Ekiden.run(args, new MyApplication()));
 * }
 * }</pre>
 */
public final class Ekiden {
  private Ekiden() {}

  /**
   * Runs a command line: a role ({@code up}, {@code server}, {@code worker}, {@code migrate},
   * {@code demo}) or a verb that talks to a running server. Roles take over SIGINT, SIGTERM and
   * SIGHUP and return after a graceful stop.
   *
   * @return the exit code, one of {@link ExitCode}
   */
  public static int run(String[] args, Application... applications) {
    return run(args, List.of(applications), Terminal.ofProcess(), System.getenv());
  }

  /** {@link #run(String[], Application...)} with everything a process gives it. */
  static int run(
      String[] args,
      List<Application> applications,
      Terminal terminal,
      Map<String, String> environment) {
    return commandLine(applications, terminal, environment).execute(args);
  }

  static CommandLine commandLine(
      List<Application> applications, Terminal terminal, Map<String, String> environment) {
    Applications checked = new Applications(applications);
    CommandTree tree = new CommandTree(terminal, environment);
    CommandLine line = tree.build(Version.current(), applications);
    for (Role role : Role.values()) {
      line.addSubcommand(RoleCommand.of(role, checked, terminal, environment));
    }
    return tree.finish(line);
  }
}
