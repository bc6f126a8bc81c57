package dev.ekiden.launch.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What there is of a task on disk.
 *
 * <pre>
 * task            labels, class, time: written before the task has this name
 * supervisor      who watches over it: written once, by who may
 * supervisor.log  what went wrong in the supervisor itself
 * started         the process of the program, and how its limits are kept
 * stop            when it is to be dead at the latest
 * ended           how it ended: written once, when nothing of it is left
 * log/            segments of output
 * out/result      the result file
 * secrets/        until the program has ended
 * work/           where the program starts, if it was not told otherwise
 * </pre>
 *
 * @param path of the directory
 */
record TaskDirectory(Path path) {

  Path task() {
    return path.resolve("task");
  }

  Path supervisor() {
    return path.resolve("supervisor");
  }

  Path supervisorLog() {
    return path.resolve("supervisor.log");
  }

  Path started() {
    return path.resolve("started");
  }

  Path stop() {
    return path.resolve("stop");
  }

  Path ended() {
    return path.resolve("ended");
  }

  Path log() {
    return path.resolve("log");
  }

  Path result() {
    return path.resolve("out").resolve("result");
  }

  Path secrets() {
    return path.resolve("secrets");
  }

  Path work() {
    return path.resolve("work");
  }

  /** Makes it, with all that a supervisor and a program find in it. */
  void create() throws IOException {
    Files.createDirectory(path);
    Files.createDirectory(log());
    Files.createDirectory(work());
    Files.createDirectory(secrets());
    Files.createDirectory(path.resolve("out"));
  }
}
