package dev.ekiden.launch.process;

import dev.ekiden.launch.Program;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A server that launches a task and then does nothing, until it is killed. */
final class LaunchingServer {

  static final TaskId TASK = TaskId.of("of-the-server");

  private LaunchingServer() {}

  public static void main(String[] arguments) {
    String script = "i=0; while :; do echo tick $i; i=$((i+1)); sleep 0.2; done";
    ProcessLauncher.in(Path.of(arguments[0]))
        .launch(Task.of(TASK, Program.command("sh", "-c", script)).build());
    while (true) {
      LockSupport.park();
    }
  }
}
