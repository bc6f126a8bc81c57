package dev.ekiden.bench.contender;

import dev.ekiden.postgres.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The program of a Java contender: its name and its own arguments on the command line, the database
 * in the environment, a command a line on standard input, and for each a line on standard output
 * that begins with {@value #ANSWER}.
 */
public final class ContenderMain {
  public static final String URL = "EKIDEN_BENCH_URL";
  public static final String USER = "EKIDEN_BENCH_USER";
  public static final String PASSWORD = "EKIDEN_BENCH_PASSWORD";
  public static final String ANSWER = "= ";
  public static final String FAILURE = "! ";

  private ContenderMain() {}

  public static void main(String[] arguments) throws Exception {
    endWithParent();
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // whatever a library prints is no answer
    DatabaseAddress database =
        new DatabaseAddress(
            System.getenv(URL), System.getenv(USER), System.getenv().getOrDefault(PASSWORD, ""));
    List<String> own = Arrays.asList(arguments).subList(1, arguments.length);
    try (BufferedReader commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Contender contender = Contenders.open(arguments[0], own, database)) {
      answers.println(ANSWER + "ready");
      serve(contender, commands, answers);
    }
    System.exit(0); // some engines leave threads behind
  }

  /** A bench that was killed closes standard input, but nobody reads that during a drain. */
  private static void endWithParent() {
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
  }

  private static void serve(Contender contender, BufferedReader commands, PrintStream answers)
      throws IOException {
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      try {
        answers.println(ANSWER + answer(contender, line.split(" ", -1)));
      } catch (Exception e) {
        e.printStackTrace();
        answers.println(FAILURE + e);
      }
    }
  }

  private static String answer(Contender contender, String[] command) throws Exception {
    return switch (command[0]) {
      case "preload" -> {
        int jobs = Integer.parseInt(command[1]);
        if (command.length > 2 && command[2].equals("measured")) {
          contender.preloadMeasured(jobs);
        } else {
          contender.preload(jobs);
        }
        yield "done";
      }
      case "drain" -> Double.toString(contender.drain(Integer.parseInt(command[1])));
      case "start" -> {
        contender.start();
        yield "started";
      }
      case "ended" -> Long.toString(contender.ended());
      case "probes" ->
          contender.probeStartNanos().entrySet().stream()
              .map(entry -> entry.getKey() + ":" + entry.getValue())
              .collect(Collectors.joining(" "));
      case "find" -> Long.toString(contender.find());
      default -> throw new IllegalArgumentException("no such command: " + command[0]);
    };
  }
}
