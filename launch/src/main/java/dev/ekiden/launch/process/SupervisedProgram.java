package dev.ekiden.launch.process;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.ResourceUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running program with all its processes, from its start until nothing of it is left. */
final class SupervisedProgram {

  /** How often stop and memory are looked at. */
  private static final int TICK_MILLIS = 100;

  /** The first wait for an end after both outputs were closed; it grows up to a tick. */
  private static final int MIN_WAIT_MILLIS = 1;

  /** A process that a signal cannot end within this time hangs in the kernel. */
  private static final long KILL_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** How long killed processes may take to be gone before we look again. */
  private static final int KILL_PAUSE_MILLIS = 5;

  /** After so many looks in which new ones came, all are killed before all are stopped. */
  private static final int STOP_ROUNDS = 50;

  /** When memory is short everywhere, tasks go before servers. */
  private static final String OUT_OF_MEMORY_SCORE = "500";

  private final int pid;
  private final TaskDirectory task;
  private final Limits limits;
  private final Family family;
  private final List<Output> outputs;
  private Posix.@Nullable Reaped end;
  private long nextTick = System.nanoTime();
  private long killAt = Long.MAX_VALUE;
  private boolean terminated;
  private boolean exceededMemory;
  private long peakMemory;

  private SupervisedProgram(int pid, TaskDirectory task, Limits limits, List<Output> outputs) {
    this.pid = pid;
    this.task = task;
    this.limits = limits;
    this.family = new Family((int) ProcessHandle.current().pid(), limits.cgroup());
    this.outputs = outputs;
  }

  /**
   * Starts the program.
   *
   * @throws IOException if it cannot be started; then nothing of it is there
   */
  static SupervisedProgram start(TaskDirectory task, Order order, Limits limits, LogWriter log)
      throws IOException {
    Map<String, String> environment = order.environment();
    String path = environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    List<String> lines = new ArrayList<>();
    environment.forEach((name, value) -> lines.add(name + "=" + value));
    if (!Files.isDirectory(Path.of(order.workingDirectory()))) {
      throw new IOException(
          "Cannot start in " + order.workingDirectory() + ": there is no such directory");
    }
    Posix.changeDirectory(order.workingDirectory());
    String program = ProgramPath.find(order.arguments().getFirst(), path);
    Posix.Pipe stdout = Posix.pipe();
    Posix.Pipe stderr = Posix.pipe();
    int pid =
        limits.around(() ->
            Posix.spawn(program, order.arguments(), lines, stdout.writeEnd(), stderr.writeEnd()));
    Posix.close(stdout.writeEnd());
    Posix.close(stderr.writeEnd());
    Posix.changeDirectory("/");
    List<Output> outputs =
        List.of(new Output(1, stdout.readEnd(), log), new Output(2, stderr.readEnd(), log));
    SupervisedProgram started = new SupervisedProgram(pid, task, limits, outputs);
    try {
      started.note();
    } catch (IOException e) {
      started.killAll();
      throw e;
    }
    return started;
  }

  /** Watches over the program to its end, and kills what it leaves behind. */
  Ending await() {
    Posix.Reaped last;
    try {
      last = awaitEnd();
    } finally {
      killAll();
    }
    drain();
    return ending(last);
  }

  private Posix.Reaped awaitEnd() {
    int wait = MIN_WAIT_MILLIS;
    while (true) {
      Posix.Reaped ended = end;
      if (ended != null) {
        return ended;
      }
      wait = isSilent() ? Math.min(2 * wait, TICK_MILLIS) : TICK_MILLIS;
      readFor(wait);
      reap();
      if (System.nanoTime() - nextTick >= 0) {
        tick();
      }
    }
  }

  /** What the program used; complete after its end. */
  ResourceUse use() {
    OptionalLong peak = limits.cgroup().peakMemoryBytes();
    if (peak.isEmpty() && peakMemory > 0) {
      peak = OptionalLong.of(peakMemory);
    }
    Duration cpu = Duration.of(Posix.childrenCpuMicros(), ChronoUnit.MICROS);
    return new ResourceUse(peak, Optional.of(cpu));
  }

  private Ending ending(Posix.Reaped last) {
    boolean killed = last.signal() == Posix.SIGKILL || last.exitCode() == 128 + Posix.SIGKILL;
    if (killed && (exceededMemory || limits.cgroup().isOutOfMemory())) {
      return new Ending.OutOfMemory();
    }
    return last.isSignaled()
        ? new Ending.Signaled(last.signal())
        : new Ending.Exited(last.exitCode());
  }

  private void note() throws IOException {
    try {
      Files.writeString(Path.of("/proc", "" + pid, "oom_score_adj"), OUT_OF_MEMORY_SCORE);
    } catch (IOException e) {
      // It has ended already, or the machine forbids it.
    }
    Properties facts = new Properties();
    facts.setProperty("time", Instant.now().toString());
    limits.noteIn(facts);
    // Nobody but us takes note of its end, so it has this pid even if it has ended.
    ProcessIdentity.of(pid).ifPresent(identity -> identity.noteIn(facts));
    StateFile.write(task.started(), facts);
  }

  private boolean isSilent() {
    return outputs.stream().noneMatch(Output::isOpen);
  }

  /** Waits for output, at most so long, and reads what is there; whether there was any. */
  private boolean readFor(int millis) {
    int[] descriptors = outputs.stream().mapToInt(Output::descriptor).toArray();
    boolean[] ready = Posix.poll(descriptors, millis);
    boolean any = false;
    for (int i = 0; i < ready.length; i++) {
      if (ready[i]) {
        outputs.get(i).read();
        any = true;
      }
    }
    return any;
  }

  private void reap() {
    for (Posix.Reaped one = Posix.reap(); one.pid() != 0; one = Posix.reap()) {
      if (one.pid() == pid) {
        end = one;
      }
    }
  }

  private void tick() {
    nextTick = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    for (Output output : outputs) {
      output.flushIfOld();
    }
    if (limits.watchesMemory()) {
      watchMemory();
    }
    obeyStop();
    if (System.nanoTime() >= killAt) {
      killAll();
    }
  }

  private void watchMemory() {
    long memory = MemoryUse.bytes(family.members());
    peakMemory = Math.max(peakMemory, memory);
    if (memory > limits.memoryBytes()) {
      exceededMemory = true;
      killAll();
    }
  }

  private void obeyStop() {
    Optional<StopRequest> request = StopRequest.read(task);
    if (request.isEmpty()) {
      return;
    }
    long remaining = request.get().remainingNanos();
    killAt = Math.min(killAt, System.nanoTime() + remaining);
    if (!terminated && remaining > 0) {
      terminated = true;
      Posix.kill(-pid, Posix.SIGTERM);
      // One that is stopped would never hear of it.
      Posix.kill(-pid, Posix.SIGCONT);
    }
  }

  /**
   * Stops every process before it kills them, for one that still runs could start another one
   * unseen.
   */
  private void killAll() {
    long deadline = System.nanoTime() + KILL_NANOS;
    Set<Integer> stopped = new HashSet<>();
    List<Integer> members = family.members();
    for (int round = 0; !members.isEmpty() && System.nanoTime() < deadline; round++) {
      boolean news = false;
      for (int member : members) {
        if (stopped.add(member)) {
          Posix.kill(member, Posix.SIGSTOP);
          news = true;
        }
      }
      if (!news || round >= STOP_ROUNDS) {
        members.forEach(member -> Posix.kill(member, Posix.SIGKILL));
        readFor(KILL_PAUSE_MILLIS);
      }
      reap();
      members = family.members();
    }
    reap();
  }

  /** Reads what is left in the pipes; nobody is there to fill them again. */
  private void drain() {
    while (!isSilent() && readFor(0)) {
      // There may be more.
    }
    for (Output output : outputs) {
      output.flush();
      output.close();
    }
  }
}
