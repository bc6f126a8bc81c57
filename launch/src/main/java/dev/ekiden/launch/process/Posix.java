package dev.ekiden.launch.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.stream.Stream;

/**
 * The functions of the C library that a supervisor needs and Java does not offer: sessions, exact
 * wait statuses, orphans that come to us. For Linux, and one thread.
 *
 * <p>Each kind of signature costs the start of a supervisor some 20 ms, so all functions share one:
 * six registers in, one out, which on the 64-bit processors that Java runs on holds any function of
 * integers and pointers.
 */
final class Posix {

  static final int SIGKILL = 9;
  static final int SIGTERM = 15;
  static final int SIGCONT = 18;
  static final int SIGSTOP = 19;
  static final int RLIMIT_CORE = 4;
  static final int RLIMIT_NPROC = 6;

  private static final int O_CLOEXEC = 0x80000;
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int WNOHANG = 1;
  private static final int POLLIN = 1;
  private static final int RUSAGE_CHILDREN = -1;
  private static final int SC_PAGESIZE = 30;
  private static final int SIG_IGN = 1;
  private static final int SPAWN_SETSIGDEF = 0x04;
  private static final int SPAWN_SETSIGMASK = 0x08;
  private static final int SPAWN_SETSID = 0x80;
  private static final int ANY_CHILD = -1;

  /** What a shutdown of the machine or a terminal sends to everybody: 1, 2, 15. */
  private static final int[] IGNORED = {1, 2, SIGTERM};

  /** More than any C library needs for the structures that it keeps to itself. */
  private static final int OPAQUE_BYTES = 1024;

  private static final SymbolLookup LIBRARY = Linker.nativeLinker().defaultLookup();

  @SuppressWarnings("restricted")
  private static final MethodHandle FUNCTION =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private Posix() {}

  /** Both ends of a pipe that programs we start do not inherit. */
  record Pipe(int readEnd, int writeEnd) {}

  /** A child that has ended, with its wait status; of pid 0 if there is none. */
  record Reaped(int pid, int status) {

    boolean isSignaled() {
      return signal() != 0;
    }

    int signal() {
      return status & 0x7f;
    }

    int exitCode() {
      return (status >> 8) & 0xff;
    }
  }

  /** Leaves the session and process group of who started us, and so its terminal. */
  static void beginSession() {
    call("setsid", 0, 0, 0, 0, 0, 0);
  }

  /** Goes on when a shutdown or a terminal sends everybody a signal; programs we start do not. */
  static void ignoreSignals() {
    for (int signal : IGNORED) {
      call("signal", signal, SIG_IGN, 0, 0, 0, 0);
    }
  }

  static int pageBytes() {
    return call("sysconf", SC_PAGESIZE, 0, 0, 0, 0, 0);
  }

  /** Lets others go first, for this thread and whom it starts from now on. */
  static void beNice(int niceness) {
    call("setpriority", 0, 0, niceness, 0, 0, 0);
  }

  /** Makes descendants whose parent has ended our children. */
  static void adoptOrphans() throws IOException {
    check("prctl", call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0));
  }

  static void changeDirectory(String directory) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long path = arena.allocateFrom(directory).address();
      check("chdir to " + directory, call("chdir", path, 0, 0, 0, 0, 0));
    }
  }

  static Pipe pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      check("pipe2", call("pipe2", ends.address(), O_CLOEXEC, 0, 0, 0, 0));
      return new Pipe(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
    }
  }

  static void close(int descriptor) {
    call("close", descriptor, 0, 0, 0, 0, 0);
  }

  /** Whether the signal was sent; a negative pid means a whole process group. */
  static boolean kill(int pid, int signal) {
    return call("kill", pid, signal, 0, 0, 0, 0) == 0;
  }

  /** Takes note of one child that has ended, if one has; does not wait. */
  static Reaped reap() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      int pid = call("waitpid", ANY_CHILD, status.address(), WNOHANG, 0, 0, 0);
      return new Reaped(Math.max(0, pid), status.get(JAVA_INT, 0));
    }
  }

  /** The processor time of all children that have ended, with theirs. */
  static long childrenCpuMicros() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment use = arena.allocate(OPAQUE_BYTES, Long.BYTES);
      call("getrusage", RUSAGE_CHILDREN, use.address(), 0, 0, 0, 0);
      // User and system time, each in seconds and microseconds.
      long seconds = use.getAtIndex(JAVA_LONG, 0) + use.getAtIndex(JAVA_LONG, 2);
      long micros = use.getAtIndex(JAVA_LONG, 1) + use.getAtIndex(JAVA_LONG, 3);
      return seconds * 1_000_000 + micros;
    }
  }

  /** Limits us and whom we start, for good; false if the system refuses. */
  static boolean limit(int resource, long most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocateFrom(JAVA_LONG, most, most);
      return call("setrlimit", resource, limit.address(), 0, 0, 0, 0) == 0;
    }
  }

  /**
   * Waits until one of some descriptors has something to read or was closed at the other end.
   *
   * @param descriptors of which a negative one is passed over
   * @return for each whether it is worth reading
   */
  static boolean[] poll(int[] descriptors, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate((long) Long.BYTES * descriptors.length, Integer.BYTES);
      for (int i = 0; i < descriptors.length; i++) {
        set.set(JAVA_INT, (long) Long.BYTES * i, descriptors[i]);
        set.set(JAVA_SHORT, (long) Long.BYTES * i + 4, (short) POLLIN);
      }
      call("poll", set.address(), descriptors.length, timeoutMillis, 0, 0, 0);
      boolean[] ready = new boolean[descriptors.length];
      for (int i = 0; i < descriptors.length; i++) {
        ready[i] = set.get(JAVA_SHORT, (long) Long.BYTES * i + 6) != 0;
      }
      return ready;
    }
  }

  /** Reads what is there into a buffer outside the heap; 0 or less at the end. */
  static int read(int descriptor, MemorySegment buffer) {
    return call("read", descriptor, buffer.address(), buffer.byteSize(), 0, 0, 0);
  }

  /**
   * Starts a program in a session of its own, its input empty.
   *
   * @param path of the program; it is not looked up
   * @param environment lines of the form {@code name=value}
   * @return its pid
   * @throws IOException in the words of the system, if it cannot be started
   */
  static int spawn(
      String path, List<String> arguments, List<String> environment, int stdout, int stderr)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long actions = arena.allocate(OPAQUE_BYTES, 16).address();
      long nothing = arena.allocateFrom("/dev/null").address();
      call("posix_spawn_file_actions_init", actions, 0, 0, 0, 0, 0);
      call("posix_spawn_file_actions_addopen", actions, 0, nothing, 0, 0, 0);
      call("posix_spawn_file_actions_adddup2", actions, stdout, 1, 0, 0, 0);
      call("posix_spawn_file_actions_adddup2", actions, stderr, 2, 0, 0, 0);
      // A Java virtual machine hands on the file of its own modules.
      for (int descriptor : openDescriptors()) {
        call("posix_spawn_file_actions_addclose", actions, descriptor, 0, 0, 0, 0);
      }
      long attributes = arena.allocate(OPAQUE_BYTES, 16).address();
      call("posix_spawnattr_init", attributes, 0, 0, 0, 0, 0);
      // The signal mask is left empty: threads of a Java virtual machine block some.
      int flags = SPAWN_SETSID | SPAWN_SETSIGMASK | SPAWN_SETSIGDEF;
      long reset = arena.allocate(OPAQUE_BYTES, 16).address();
      for (int signal : IGNORED) {
        call("sigaddset", reset, signal, 0, 0, 0, 0);
      }
      call("posix_spawnattr_setsigdefault", attributes, reset, 0, 0, 0, 0);
      call("posix_spawnattr_setflags", attributes, flags, 0, 0, 0, 0);
      MemorySegment pid = arena.allocate(JAVA_INT);
      int error =
          call(
              "posix_spawn",
              pid.address(),
              arena.allocateFrom(path).address(),
              actions,
              attributes,
              strings(arena, arguments),
              strings(arena, environment));
      if (error != 0) {
        throw new IOException("Cannot start " + path + ": " + message(error));
      }
      return pid.get(JAVA_INT, 0);
    }
  }

  private static int[] openDescriptors() {
    String[] names = new File("/proc/self/fd").list();
    return Stream.of(names == null ? new String[0] : names)
        .mapToInt(Integer::parseInt)
        .filter(descriptor -> descriptor > 2)
        .toArray();
  }

  private static long strings(Arena arena, List<String> strings) {
    MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
    }
    return array.address();
  }

  private static String message(int error) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(OPAQUE_BYTES);
      // The POSIX form of the function, under the one name that means it everywhere.
      call("__xpg_strerror_r", error, text.address(), text.byteSize(), 0, 0, 0);
      return text.getString(0);
    }
  }

  /** The result as a 32-bit integer, which all functions here return, or fit in. */
  private static int call(
      String function, long first, long second, long third, long fourth, long fifth, long sixth) {
    MemorySegment address = LIBRARY.findOrThrow(function);
    try {
      return (int) (long) FUNCTION.invokeExact(address, first, second, third, fourth, fifth, sixth);
    } catch (Throwable e) {
      throw new IllegalStateException("The call of " + function + " went wrong", e);
    }
  }

  private static void check(String what, int result) throws IOException {
    if (result < 0) {
      throw new IOException(what + " failed");
    }
  }
}
