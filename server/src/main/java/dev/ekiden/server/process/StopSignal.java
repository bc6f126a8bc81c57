package dev.ekiden.server.process;

import dev.ekiden.server.ExitCode;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the signal to stop. The first SIGINT, SIGTERM or SIGHUP asks for a graceful stop, the
 * next ends the process at once.
 *
 * <p>A shutdown hook alone could not do that: while hooks run, the JVM ignores further signals.
 */
final class StopSignal {
  private static final Logger log = LoggerFactory.getLogger(StopSignal.class);
  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicBoolean starting = new AtomicBoolean(true);
  private final Thread starter;

  private StopSignal(Thread starter) {
    this.starter = starter;
  }

  /** Takes over the signals; one that comes while this thread still starts interrupts it. */
  static StopSignal install() {
    StopSignal stop = new StopSignal(Thread.currentThread());
    SIGNALS.forEach(stop::handle);
    return stop;
  }

  /** The start is over: from now on a signal only ends {@link #await}. */
  void started() {
    starting.set(false);
  }

  /** Ends {@link #await} as a signal would. */
  void end() {
    asked.countDown();
  }

  boolean isAsked() {
    return asked.getCount() == 0;
  }

  void await() throws InterruptedException {
    asked.await();
  }

  private void ask(String signal) {
    if (isAsked()) {
      log.warn("second signal ({}): ending at once", signal);
      Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
    }
    asked.countDown();
    if (starting.get()) {
      starter.interrupt();
    }
  }

  /** By reflection, because the compiler warns of the only class that can do this. */
  private void handle(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              StopSignal.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      ask(name);
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" ->
                        System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                    default -> "StopSignal";
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // The JVM keeps this signal for itself (-Xrs, or another platform).
      log.debug("signal {} is not ours: {}", name, e.toString());
    }
  }
}
