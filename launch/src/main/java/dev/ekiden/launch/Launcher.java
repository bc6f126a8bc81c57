package dev.ekiden.launch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Starts tasks somewhere, finds them again, stops them and reads their logs.
 *
 * <p>A launcher keeps no state of its own: all it tells comes from what the task itself carries
 * (labels of a container, the directory of a process). So a second launcher over the same place, in
 * this process or after a restart, sees the same tasks and can do everything with them. Tasks
 * belong to nobody: they go on when the launcher is closed or its process is killed.
 *
 * <p>All methods may be called from any thread, and block; those that take the id of a task nobody
 * knows do nothing, unless they say otherwise.
 */
public interface Launcher extends AutoCloseable {

  /** The most bytes a result file may have: 1 MiB. */
  int MAX_RESULT_BYTES = 1024 * 1024;

  /** The name of the variable that tells a program where it may write a result file. */
  String RESULT_VARIABLE = "EKIDEN_RESULT";

  /** The name of the variable that tells a program the id of its task. */
  String TASK_VARIABLE = "EKIDEN_TASK";

  /** What kind of launcher this is, such as {@code process} or {@code docker}. */
  String name();

  /**
   * Starts a task, unless one of this id is known, running or ended: then nothing happens. So after
   * a call whose outcome is unknown, the same call is right. Of two launchers that launch one id at
   * once, one starts it. A program that cannot be started is an ended task, not an error.
   *
   * @throws LaunchException if this launcher cannot start such a task, or does not reach the place
   *     where it would start it
   */
  void launch(Task task);

  /** Every task of this installation that is not removed, running or ended, in order of ids. */
  List<TaskStatus> list();

  /** How a task is, if it is known. */
  Optional<TaskStatus> find(TaskId id);

  /**
   * Tells how each task is now and then each change, in order for a task, on a thread of the
   * watch's own, until it is closed. Every end is told at least once; a phase that passed between
   * two looks is not told.
   *
   * @param changes is called for one change at a time; what it throws is logged and not repeated
   */
  Watch watch(Consumer<TaskStatus> changes);

  /**
   * Asks a task to end (SIGTERM) and kills it with all its processes when the grace is over. Comes
   * back at once; asked again, the earlier deadline holds. Does nothing if the task has ended.
   *
   * @param grace how long the program may take; zero kills at once
   */
  void stop(TaskId id, Duration grace);

  /**
   * Reads the log of a task from a position on. The position of {@link LogPage#next} stays right
   * while the log grows and older lines are dropped; to follow a log, ask again from there.
   *
   * @param maxBytes about how much to read; at least one line is read if there is one
   * @throws LaunchException if the task is not known
   */
  LogPage log(TaskId id, LogPosition from, int maxBytes);

  /**
   * What the program wrote to the file that {@link #RESULT_VARIABLE} names, if it did. Only after
   * the task has ended is it sure that all is there.
   *
   * @throws LaunchException if the file has more than {@link #MAX_RESULT_BYTES}, or is none
   */
  Optional<byte[]> result(TaskId id);

  /**
   * Forgets an ended task, with its log, its result and its files; the id is free again.
   *
   * @throws LaunchException if the task still runs
   */
  void remove(TaskId id);

  /** What {@link #launch} would ask for, as text, with every secret masked; starts nothing. */
  String plan(Task task);

  /** Ends the watches and lets go of connections; tasks go on. */
  @Override
  void close();
}
